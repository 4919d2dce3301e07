"""Others ask for everything that is a company's and its customer's: every route of the document, with their ids."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.kernel.errors import AppError
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.belongings import BOISE, CONTACT, KEY, MERIDIAN, Belongings, fill, furnish, window
from tests.factories.callers import Caller
from tests.factories.customers import sign_in_customer

pytestmark = pytest.mark.integration

METHODS: Final = ("get", "post", "put", "patch", "delete")
# Tables whose rows are a company's; their content is compared before and after.
HASH: Final = "SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM app.{table} AS t WHERE org_id = $1"
# A profile is everybody's; a link is itself the permission (tests/modules/files).
PUBLIC: Final = {"/v1/orgs/{org_id}", "/v1/downloads/{token}"}
# Lists of what is everybody's.
# A calendar and a tracked move open by their links alone: without one they are not there for anybody.
OPEN_LISTS: Final = {
    "/",
    "/v1/calendar.ics",
    "/v1/reschedule",
    "/v1/track",
    "/v1/orgs",
    "/v1/errors",
    "/v1/inventory-items",
    "/v1/pricing-configs/schema",
    "/v1/room-templates",
    "/v1/verification-packs",
}

# What a valid body looks like, for routes whose body is checked before anybody looks for the id.
BODIES: Final[dict[str, Any]] = {
    "invitations": lambda _: {"email": f"{uuid4().hex}@example.com"},
    "{member_id}": lambda ids: {"role": "driver"},
    "{staff_id}": lambda _: {"role": "support"},
    "assign": lambda ids: {"truck_ids": [ids["truck_id"]], "driver_ids": [ids["driver_id"]]},
    "waive": lambda _: {"reason": "no"},
    "take-back": lambda _: {"reason": "no"},
    "dispute-no-show": lambda _: {"note": "no"},
    "accept": lambda _: {"reason": "no"},
    "cancel": lambda _: {"reason": "no"},
    "preview": lambda _: {"starts_at": window(26)["starts_at"]},
    "plan-arrival": lambda _: {"arrives_at": window(26)["starts_at"]},
    "reschedule": lambda _: {"starts_at": window(26)["starts_at"], "expected_total": {"amount": "500"}},
    "complete": lambda _: {"actual_hours": 3, "actual_distance_miles": 9},
    "time-off": lambda _: window(25),
    "shifts": lambda _: {},
    "photos": lambda ids: {"upload_id": ids["upload_id"]},
    "location": lambda _: {"location": {"lat": 43.6, "lng": -116.2}, "recorded_at": "2027-03-01T08:00:00Z"},
    "hourly-cost": lambda _: {"hourly_cost": {"amount": "1"}},
    "rotate": lambda _: {},
    "suspend": lambda _: {"reason": "no"},
    "reject": lambda _: {"reason": "no"},
    "{branch_id}": lambda _: {"name": "mine"},
    "{equipment_id}": lambda _: {"stock": 1},
    "{truck_id}": lambda _: {"name": "mine"},
    "{driver_id}": lambda _: {"full_name": "Mine"},
    "{booking_id}": lambda _: {"contact": {"full_name": "Mine"}},
    "simulate": lambda _: {"starts_at": "2027-06-01T00:00:00Z", "pickup_zone": "America/Denver", "hours": 3},
    "plan": lambda _: {"in_force_from": "2099-06-01T00:00:00Z"},
}


@dataclass(frozen=True, slots=True)
class Stranger:
    kind: str
    headers: dict[str, str]


@pytest.fixture
async def of_a(client: httpx.AsyncClient, resources: Resources, staff: StaffMember) -> Belongings:
    return await furnish(client, await sign_in_customer(client, resources), staff)


@pytest.fixture(params=["mover", "customer"])
async def stranger(
    request: pytest.FixtureRequest, client: httpx.AsyncClient, resources: Resources, mover_b: Member
) -> Stranger:
    """Somebody of another company, or another customer."""
    known: Caller = mover_b if request.param == "mover" else await sign_in_customer(client, resources)  # type: ignore[assignment]
    return Stranger(request.param, known.headers)


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def fingerprint(admin: asyncpg.Connection, member: Member) -> dict[str, str]:
    """A hash of each table's rows of the company, as the administrator sees them."""
    tables = await admin.fetch(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app' "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'org_id' WHERE c.relkind = 'r'"
    )
    found = {}
    for (table,) in tables:
        rows = await admin.fetchval(HASH.format(table=table), member.org_id)
        found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def routes_with_ids(app: FastAPI) -> list[tuple[str, str, list[str]]]:
    """Method, path and whom the route lets in."""
    return [
        (method, path, item[method]["x-callers"])
        for path, item in app.openapi()["paths"].items()
        for method in METHODS
        if method in item and "{" in path and path not in PUBLIC
    ]


async def ask(
    client: httpx.AsyncClient, stranger: Stranger, method: str, path: str, ids: dict[str, str]
) -> httpx.Response:
    last = path.rsplit("/", 1)[-1]
    body = BODIES[last](ids) if method in {"post", "put", "patch"} and last in BODIES else None
    headers = {**stranger.headers, KEY: uuid4().hex, "If-Match": '"v1"'}
    return await client.request(method.upper(), fill(path, ids), json=body, headers=headers)


async def test_no_route_gives_a_stranger_anything(
    app: FastAPI, client: httpx.AsyncClient, of_a: Belongings, stranger: Stranger, admin: asyncpg.Connection
):
    before = await fingerprint(admin, of_a.member)
    nobodys = {name: str(uuid4()) for name in of_a.ids}
    walked = dict.fromkeys(("let in", "refused"), 0)
    for method, path, callers in routes_with_ids(app):
        answer = await ask(client, stranger, method, path, of_a.ids)
        if stranger.kind not in callers:
            assert answer.status_code == 403, (method, path, answer.status_code)
            walked["refused"] += 1
            continue
        assert answer.status_code == 404, (method, path, answer.status_code, answer.text[:300])
        nothing = await ask(client, stranger, method, path, nobodys)
        assert nothing.status_code == 404, (method, path, nothing.text[:300])
        assert nothing.json()["code"] == answer.json()["code"], "the answer tells that it exists"
        walked["let in"] += 1
    assert walked["let in"] >= (20 if stranger.kind == "mover" else 8)
    assert walked["refused"] >= 4
    assert await fingerprint(admin, of_a.member) == before


async def test_the_owner_of_the_ids_finds_them(app: FastAPI, client: httpx.AsyncClient, of_a: Belongings):
    """The walk above would pass on ids that nobody has."""
    for kind, headers in (("mover", of_a.member.headers), ("customer", of_a.customer.headers)):
        for method, path, callers in routes_with_ids(app):
            if method == "get" and kind in callers:
                answer = await client.get(fill(path, of_a.ids), headers=headers)
                assert answer.status_code == 200, (kind, path, answer.text[:200])


async def test_lists_are_free_of_the_others_rows(
    app: FastAPI, client: httpx.AsyncClient, of_a: Belongings, stranger: Stranger
):
    for path, item in app.openapi()["paths"].items():
        if "get" not in item or "{" in path or path in OPEN_LISTS or path.startswith("/health"):
            continue
        answer = await client.get(path, headers=stranger.headers)
        let_in = stranger.kind in item["get"]["x-callers"]
        assert answer.status_code in ({200, 404} if let_in else {403}), (path, answer.text[:200])
        for name, one in of_a.ids.items():
            assert one not in answer.text, (path, name)


@pytest.mark.parametrize("field", ["truck_ids", "driver_ids"])
async def test_ids_of_another_company_in_a_body_are_not_found(
    client: httpx.AsyncClient,
    resources: Resources,
    of_a: Belongings,
    staff: StaffMember,
    admin: asyncpg.Connection,
    field: str,
):
    own = await furnish(client, await sign_in_customer(client, resources), staff)
    before = await fingerprint(admin, of_a.member)
    body = {
        "truck_ids": [own.ids["truck_id"]],
        "driver_ids": [own.ids["driver_id"]],
        "origin": BOISE,
        "destination": MERIDIAN,
        "contact": CONTACT,
        "price": {"amount": "500"},
        "window": window(8),
    }
    body[field] = [of_a.ids[field.removesuffix("s")]]
    answer = await client.post("/v1/bookings", json=body, headers={**own.member.headers, KEY: uuid4().hex})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")
    assert await fingerprint(admin, of_a.member) == before


async def test_a_quote_is_booked_by_its_own_customer_alone(
    client: httpx.AsyncClient, resources: Resources, of_a: Belongings, admin: asyncpg.Connection
):
    before = await fingerprint(admin, of_a.member)
    other = await sign_in_customer(client, resources)
    body = {"quote_id": of_a.ids["quote_id"], "contact": CONTACT}
    answer = await client.post("/v1/bookings", json=body, headers={**other.headers, KEY: uuid4().hex})
    assert (answer.status_code, answer.json()["code"]) == (404, "quote_not_found")
    assert await fingerprint(admin, of_a.member) == before


# What an audience reads without saying for whom: the market's granted columns, and the tables of signing in.
READABLE: Final = {
    Audience.MARKET: {
        "organizations",
        "service_areas",
        "resources",
        "reservations",
        "insurance_policies",
        "day_limits",
        "own_estimators",
        "discount_uses",
        "platform_settings",
        "company_days_off",
        "company_documents",
        "company_packs",
        "enforced_packs",
        "pricing_configs",
    },
    Audience.SIGNIN: {
        "customers",
        "otp_challenges",
        "otp_days",
        "customer_sessions",
        "users",
        "login_sessions",
        "rate_limits",
        "refresh_tokens",
        "mail_tokens",
        "second_factors",
        "recovery_codes",
        "second_factor_challenges",
    },
}
# The platform's own chain is linked by whoever acts for no company: its numbers and hashes, nothing else.
EXCEPT: Final = {"audit_entries": "org_id <> '00000000-0000-0000-0000-000000000000'"}
NAMELESS: Final = [audience for audience in Audience if audience is not Audience.WORKER]


async def rows_seen(database: Database, audience: Audience, table: str) -> int | str:
    """How many rows, or the code of the refusal."""
    try:
        async with database.read(Identity(audience)) as session:
            counted = f"SELECT count(*) FROM app.{table} WHERE {EXCEPT.get(table, 'true')}"
            return int((await session.execute(text(counted))).scalar_one())
    except AppError as refused:
        return refused.code


@pytest.mark.parametrize("audience", NAMELESS)
async def test_without_a_name_there_are_no_rows(
    app_database: Database, of_a: Belongings, admin: asyncpg.Connection, audience: Audience
):
    """As each audience of the API's login, without its settings."""
    tables = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'"
    )
    hidden = {row[0] for row in tables} - READABLE.get(audience, set()) - {"alembic_version"}
    assert of_a.ids
    assert len(hidden) > 15
    for table in hidden:
        assert await rows_seen(app_database, audience, table) in {0, "not_found"}, table


@pytest.mark.parametrize("column", ["phone", "address"])
async def test_the_markets_secrets_stay_secret(app_database: Database, column: str):
    with pytest.raises(AppError) as refused:
        async with app_database.read(Identity(Audience.MARKET)) as session:
            await session.execute(text(f"SELECT {column} FROM app.organizations"))
    assert refused.value.code == "not_found"


async def test_an_identity_does_not_outlive_its_transaction(resources: Resources, mover_a: Member, mover_b: Member):
    """On one connection after the other: the next transaction sees what it names itself, and nothing else."""
    names = []
    for member in (mover_a, mover_b, None, mover_a):
        identity = Identity(Audience.MOVER, org_id=member.org_id if member else None)
        async with resources.database.read(identity) as session:
            rows = (await session.execute(text("SELECT id FROM app.organizations"))).scalars().all()
        names.append(rows)
    assert names == [[mover_a.org_id], [mover_b.org_id], [], [mover_a.org_id]]


async def test_a_get_cannot_write(resources: Resources, mover_a: Member):
    identity = Identity(Audience.MOVER, org_id=mover_a.org_id)
    with pytest.raises(AppError) as refused:
        async with resources.database.read(identity) as session:
            await session.execute(text("UPDATE app.organizations SET name = 'x'"))
    assert refused.value.code == "database_unavailable"
