"""Whoever writes while their data is being erased leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import httpx
import pytest

from app.kernel.actor import Customer
from app.kernel.ids import new_id
from app.modules.privacy import service
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins, StaffMember
from tests.factories.belongings import BOISE, CONTACT, MERIDIAN, Belongings, furnish, window
from tests.factories.bookings import new_key
from tests.factories.customers import sign_in_customer

pytestmark = pytest.mark.integration

WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NAME: Final = "Zoë Late"
# What a customer writes into which table and column; the name is looked for there afterwards.
WRITTEN: Final = {
    "quote": ("quotes", "origin"),
    "hold": ("bookings", "contact_name"),
    "contact": ("bookings", "contact_name"),
    "name": ("customers", "full_name"),
}


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


@pytest.fixture
async def belongings(client: httpx.AsyncClient, resources: Resources, staff: StaffMember) -> Belongings:
    """A customer with a quote and two moves, one done and one cancelled."""
    found = await furnish(client, await sign_in_customer(client, resources), staff)
    path = f"/v1/bookings/{found.ids['booking_id']}/cancel"
    answer = await client.post(path, json={"reason": "no"}, headers=found.customer.headers | new_key())
    assert answer.is_success, answer.text
    return found


async def writing(client: httpx.AsyncClient, belongings: Belongings, what: str) -> dict[str, Any]:
    """The request by which the customer writes it."""
    if what == "name":
        return {"method": "PATCH", "url": "/v1/customers/me", "json": {"full_name": NAME}}
    if what == "hold":
        body = {"quote_id": belongings.ids["quote_id"], "contact": CONTACT | {"full_name": NAME}}
        return {"method": "POST", "url": "/v1/bookings", "json": body}
    if what == "contact":
        url = f"/v1/bookings/{belongings.ids['done_id']}"
        version = (await client.get(url, headers=belongings.customer.headers)).headers["ETag"]
        body = {"contact": {"full_name": NAME}}
        return {"method": "PATCH", "url": url, "json": body, "headers": {"If-Match": version}}
    wish = {"origin": BOISE | {"line1": NAME}, "destination": MERIDIAN, "home_size": "studio", "limit": 50}
    offers = (await client.post("/v1/search", json=wish | {"starts_at": window(9)["starts_at"]})).json()["offers"]
    [offer] = [one for one in offers if one["organization"]["id"] == str(belongings.member.org_id)]
    return {"method": "POST", "url": "/v1/quotes", "json": {"offer_id": offer["offer_id"]}}


@pytest.mark.parametrize("what", list(WRITTEN))
async def test_what_is_written_during_an_erasure_is_refused(
    client: httpx.AsyncClient,
    resources: Resources,
    app_database: Database,
    admin: asyncpg.Connection,
    belongings: Belongings,
    what: str,
):
    customer = belongings.customer
    request = await writing(client, belongings, what)
    request["headers"] = request.get("headers", {}) | customer.headers | new_key()
    actor = Customer(customer.id, new_id(), resources.clock.now())

    async with app_database.write(Identity(Audience.BOOKING, customer_id=customer.id)) as session:
        await service.erase_me(session, resources, actor)
        # Its session lives, for all it can see: the erasure is not committed.
        asked = asyncio.create_task(client.request(**request))
        while not await admin.fetchval(WAITING):
            assert not asked.done(), (await asked).text
            await asyncio.sleep(0.01)
    answer = await asked

    assert (answer.status_code, answer.json()["code"]) in {
        (401, "session_ended"),
        (404, "customer_not_found"),
        (409, "contact_erased"),
        (412, "stale_version"),
    }
    table, column = WRITTEN[what]
    assert not await admin.fetchval(f"SELECT count(*) FROM app.{table} WHERE {column}::text LIKE $1", f"%{NAME}%")
