"""A running program with two companies and two customers in it, made once for a table of refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.modules.identity.service.staff import create_staff
from app.modules.identity.values import StaffRole
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.web.service import Readiness
from tests.conftest import PASSWORD, START, Logins, Member, settings_for
from tests.documented import DocumentedTransport
from tests.factories.bookings import CONTACT, book_by_hand
from tests.factories.calendar import administrator
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, book, invite_customers, offer_of, open_company, post, quote

TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'app' ORDER BY 1"
USED_KEY: Final = "used-before"
USED_BODY: Final = {"radius_miles": "30"}


@asynccontextmanager
async def running(
    logins: Logins, database: Database, folder: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, Resources, ManualClock]]:
    """The program in process, as the fixtures of a single test have it, for as long as the block lasts; but that a
    customer may stand for many, and holds whatever there is.
    """
    clock = ManualClock(START)
    market = {"most_holds": 1_000, "unproven_share_percent": 100, "unproven_together_percent": 100}
    settings = settings_for(logins, folder, market=market)
    resources = build_resources(settings, database, clock=clock)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=DocumentedTransport(app), base_url="http://test") as client:
        yield client, resources, clock
    await resources.close()


@dataclass(frozen=True, slots=True)
class World:
    """`ids`: what there is, by a name: of company A and its customer, of company B (`b_…`), and what has expired
    (`old_…`).
    """

    client: httpx.AsyncClient
    counting: str
    admin: asyncpg.Connection[Any]
    owner: dict[str, str]
    customer: dict[str, str]
    staff: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict)

    def headers_of(self, who: str) -> dict[str, str]:
        known = {"owner": self.owner, "customer": self.customer, "staff": self.staff, "anyone": {}}
        return known[who]

    async def row_counts(self) -> dict[str, int]:
        """How many rows each table of the program holds."""
        row = await self.admin.fetchrow(self.counting)
        assert row is not None
        return dict(row)


async def sign_in_staff(client: httpx.AsyncClient, resources: Resources, email: str) -> dict[str, str]:
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        await create_staff(
            session,
            email=email,
            full_name="Sam Staff",
            password_hash=await resources.passwords.hash(PASSWORD),
            role=StaffRole.ADMIN,
            now=resources.clock.now(),
        )
    return await _sign_in(client, email)


async def _sign_in(client: httpx.AsyncClient, email: str) -> dict[str, str]:
    answer = await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def signed_in_anew(client: httpx.AsyncClient, company: Company) -> Company:
    headers = await _sign_in(client, company.member.email)
    return replace(company, member=Member(company.member.org_id, company.member.email, headers))


async def _let_expire(client: httpx.AsyncClient, customer: SignedInCustomer, company: Company) -> dict[str, str]:
    offer = await offer_of(client, company, "2027-06-01T09:00:00")
    assert offer is not None
    pinned = await quote(client, customer, offer["offer_id"])
    held = await book(client, customer, company, "2027-06-02T09:00:00")
    return {"old_offer": offer["offer_id"], "old_quote": pinned["id"], "old_hold": held["id"]}


async def _make_moves(
    client: httpx.AsyncClient, customers: list[SignedInCustomer], a: Company, b: Company
) -> dict[str, str]:
    own, other = customers
    offer = await offer_of(client, a, "2027-06-03T09:00:00")
    assert offer is not None
    found: dict[str, Any] = {"offer": offer["offer_id"], "quote": (await quote(client, own, offer["offer_id"]))["id"]}
    found["held"] = (await book(client, own, a, "2027-06-04T09:00:00"))["id"]
    found["confirmed"] = (await book(client, own, a, "2027-06-07T09:00:00", home_size="one_bedroom"))["id"]
    await post(client, own.headers, f"/v1/bookings/{found['confirmed']}/confirm")
    foreign = await offer_of(client, b, "2027-06-03T09:00:00")
    assert foreign is not None
    found["b_quote"] = (await quote(client, other, foreign["offer_id"]))["id"]
    found["b_held"] = (await book(client, other, b, "2027-06-04T09:00:00"))["id"]
    found["b_by_hand"] = (await book_by_hand(client, b.headers, contact=CONTACT))["id"]
    return found


@asynccontextmanager
async def world_of(logins: Logins, database: Database, folder: Path) -> AsyncIterator[World]:
    async with running(logins, database, folder) as program, administrator(logins) as admin:
        yield await _furnish(*program, admin)


async def _furnish(
    client: httpx.AsyncClient, resources: Resources, clock: ManualClock, admin: asyncpg.Connection[Any]
) -> World:
    email = f"staff.of.a.world.{id(client)}@example.com"
    staff = await sign_in_staff(client, resources, email)
    a = await open_company(client, staff, trucks=(1600, 300), drivers=2)
    b = await open_company(client, staff)
    customers = await invite_customers(resources, 2)
    ids = await _let_expire(client, customers[0], a)
    clock.advance(timedelta(hours=25))
    a, b = await signed_in_anew(client, a), await signed_in_anew(client, b)
    ids |= await _make_moves(client, customers, a, b)
    ids |= {
        "truck": a.truck_ids[0],
        "small_truck": a.truck_ids[1],
        "driver": a.driver_ids[0],
        "b_truck": b.truck_ids[0],
    }
    ids |= {"b_driver": b.driver_ids[0], "b_org": b.id, "org": a.id}
    headers = a.headers | {"Idempotency-Key": USED_KEY}
    used = await client.post("/v1/org/service-areas", headers=headers, json=USED_BODY)
    assert used.status_code == 201, used.text
    listed = await client.get("/v1/bookings?limit=1", headers=a.headers)
    ids["cursor"] = listed.json()["next_cursor"]
    staff = await _sign_in(client, email)
    names = [row[0] for row in await admin.fetch(TABLES)]
    counts = ", ".join(f"(SELECT count(*) FROM app.{name}) AS {name}" for name in names)
    return World(client, f"SELECT {counts}", admin, a.headers, customers[0].headers, staff, ids)
