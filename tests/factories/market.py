"""Companies that can be booked, and customers who look for one, quote and hold over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import httpx

from app.kernel.ids import new_id
from app.modules.customers.models import Customer, CustomerSession
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import Channel
from app.runtime.auth.credentials import CUSTOMER_PURPOSE
from app.runtime.auth.opaque import make_token, token_hash
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Member, register
from tests.factories.bookings import CONTACT, PRICES, new_key
from tests.factories.customers import SignedInCustomer, new_phone
from tests.factories.fleet import add_driver, add_helper, add_truck
from tests.factories.towns import OPEN
from tests.factories.verification import add_policy, approve, submit

# Towns of their own: what other tests' companies offer around San Francisco does not reach here.
FRESNO: Final = {"line1": "2600 Fresno Street", "city": "Fresno", "state": "CA", "postal_code": "93721"}
CLOVIS: Final = {"line1": "1033 5th Street", "city": "Clovis", "state": "CA", "postal_code": "93612"}
_numbers: Final[Iterator[int]] = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Company:
    """A verified company and what it owns, by id."""

    member: Member
    truck_ids: list[str] = field(default_factory=list)
    driver_ids: list[str] = field(default_factory=list)
    helper_ids: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.member.org_id)

    @property
    def headers(self) -> dict[str, str]:
        return self.member.headers

    @property
    def resource_ids(self) -> list[str]:
        return [*self.truck_ids, *self.driver_ids, *self.helper_ids]


async def post(
    client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any = None, status: int = 200
) -> dict[str, Any]:
    answer = await client.post(path, headers=headers | new_key(), json=body)
    assert answer.status_code == status, (path, answer.text)
    told: dict[str, Any] = answer.json()
    return told


async def open_company(
    client: httpx.AsyncClient,
    staff: dict[str, str],
    *,
    trucks: tuple[int, ...] = (1600,),
    drivers: int = 1,
    helpers: int = 1,
    place: dict[str, Any] = FRESNO,
    prices: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
) -> Company:
    """A verified company with trucks of these cubic feet and so many people. `policy` changes its insurance, `told` what
    it registers with.
    """
    member = await register(client, address=place, **(told or {}))
    company = Company(member)
    for cuft in trucks:
        plate = f"RACE {next(_numbers)}"
        truck = await add_truck(client, member.headers, license_plate=plate, capacity_cuft=cuft, base=place)
        company.truck_ids.append(truck["id"])
    for _ in range(drivers):
        driver = await add_driver(client, member.headers, license_number=f"R{next(_numbers)}")
        company.driver_ids.append(driver["id"])
    for _ in range(helpers):
        company.helper_ids.append((await add_helper(client, member.headers))["id"])
    await add_policy(client, member.headers, **(policy or {}))
    await post(client, member.headers, "/v1/pricing-configs", {**PRICES, **(prices or {})}, 201)
    await approve(client, staff, await submit(client, member.headers))
    OPEN.append(member.org_id)
    return company


async def invite_customers(resources: Resources, count: int) -> list[SignedInCustomer]:
    """So many customers with a session each, without the codes."""
    now = resources.clock.now()
    invited = []
    async with resources.database.write(Identity(Audience.SIGNIN)) as session:
        for _ in range(count):
            customer_id, session_id = new_id(), new_id()
            token = make_token(resources.signer, CUSTOMER_PURPOSE, customer_id, session_id)
            customer = Customer(id=customer_id, version=1, created_at=now, updated_at=now)
            seals_of(resources).put(customer, Channel.SMS, new_phone())
            session.add(customer)
            await session.flush()
            session.add(
                CustomerSession(
                    id=session_id,
                    customer_id=customer_id,
                    token_hash=token_hash(token),
                    created_at=now,
                    last_used_at=now,
                    expires_at=now + timedelta(days=30),
                )
            )
            invited.append(SignedInCustomer(customer_id, {"Authorization": f"Bearer {token}"}))
    return invited


async def search(client: httpx.AsyncClient, starts_at: str, **wish: Any) -> dict[str, Any]:
    """Fresno to Clovis, a studio unless `wish` says something else."""
    load = {} if wish.keys() & {"estimate", "items", "home_size"} else {"home_size": "studio"}
    body = {"origin": FRESNO, "destination": CLOVIS, "starts_at": starts_at, "limit": 50, **load, **wish}
    answer = await client.post("/v1/search", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def offer_of(client: httpx.AsyncClient, company: Company, starts_at: str, **wish: Any) -> dict[str, Any] | None:
    """What the company offers for this start; None when it offers nothing."""
    offers = (await search(client, starts_at, **wish))["offers"]
    mine = [offer for offer in offers if offer["organization"]["id"] == company.id]
    assert len(mine) <= 1
    return mine[0] if mine else None


async def quote(client: httpx.AsyncClient, customer: SignedInCustomer, offer_id: str) -> dict[str, Any]:
    return await post(client, customer.headers, "/v1/quotes", {"offer_id": offer_id}, 201)


async def hold(client: httpx.AsyncClient, customer: SignedInCustomer, quote_id: str) -> httpx.Response:
    body = {"quote_id": quote_id, "contact": CONTACT}
    return await client.post("/v1/bookings", headers=customer.headers | new_key(), json=body)


async def book(
    client: httpx.AsyncClient, customer: SignedInCustomer, company: Company, starts_at: str, **wish: Any
) -> dict[str, Any]:
    """Searched, quoted and held."""
    offer = await offer_of(client, company, starts_at, **wish)
    assert offer is not None, f"{company.id} offers nothing at {starts_at}"
    answer = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json()
    return booking
