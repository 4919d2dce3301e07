"""What a confirmed booking takes with it, and what comes back when it is called off: its quote's word, its discount."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Logins, StaffMember
from tests.factories.bookings import new_key
from tests.factories.calendar import administrator
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, hold, invite_customers, open_company, quote
from tests.factories.standing import signed_in_anew

pytestmark = pytest.mark.integration

WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
# A town of its own.
GLASGOW: Final = {"line1": "319 3rd Street S", "city": "Glasgow", "state": "MT", "postal_code": "59230"}
ONCE: Final = {"type": "discount", "code": "ONCE", "percent": "10", "max_uses": 1}
PRICES: Final[dict[str, Any]] = {
    "base_hourly_rate": "150",
    "base_mileage_rate": "2.50",
    "minimum_charge": "300",
    "deposit": {"percent": "25"},
    "surcharge_rules": [ONCE],
}


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers, place=GLASGOW, prices=PRICES)


async def offered(client: httpx.AsyncClient, company: Company, day: int, code: str = "ONCE") -> tuple[str, bool]:
    """Its offer for that day of March, and whether the discount is in it."""
    wish = {"origin": GLASGOW, "destination": GLASGOW, "home_size": "studio", "starts_at": f"2027-03-{day:02}T09:00:00"}
    found = await client.post("/v1/search", json=wish | {"limit": 50, "services": {"codes": [code]}})
    [mine] = [one for one in found.json()["offers"] if one["organization"]["id"] == company.id]
    return mine["offer_id"], any(line["code"] == "discount" for line in mine["price"]["lines"])


async def book(
    client: httpx.AsyncClient, company: Company, customer: SignedInCustomer, day: int, code: str = "ONCE"
) -> tuple[dict[str, Any], str]:
    """A quote with the discount, and the path of its confirmed booking."""
    offer_id, is_cheaper = await offered(client, company, day, code)
    assert is_cheaper
    quoted = await quote(client, customer, offer_id)
    held = await hold(client, customer, quoted["id"])
    assert held.status_code == 201, held.text
    path = f"/v1/bookings/{held.json()['id']}"
    shown = await client.get(f"/v1/quotes/{quoted['id']}", headers=customer.headers)
    assert (shown.json()["status"], shown.json()["booking_id"]) == ("open", None)
    confirmed = await client.post(f"{path}/confirm", headers=customer.headers | new_key())
    assert confirmed.status_code == 200, confirmed.text
    return quoted, path


async def cancel(client: httpx.AsyncClient, headers: dict[str, str], path: str, **by: str) -> httpx.Response:
    body = {"reason": "Plans have changed"} | by
    return await client.post(f"{path}/cancel", headers=headers | new_key(), json=body)


async def after_days(client: httpx.AsyncClient, clock: ManualClock, company: Company, days: int) -> Company:
    """The company, signed in again so many days later."""
    clock.advance(timedelta(days=days))
    return await signed_in_anew(client, company)


async def late_fee(client: httpx.AsyncClient, company: Company, path: str) -> str:
    """What the customer pays when the company calls it off for them."""
    late = await cancel(client, company.headers, path, requested_by="customer")
    assert late.status_code == 200, late.text
    cost = await client.get(f"{path}/cancellation", headers=company.headers)
    fee: str = cost.json()["settlement"]["fee"]["amount"]
    return fee


async def test_a_quote_says_which_booking_it_became_also_when_that_is_called_off(
    client: httpx.AsyncClient, company: Company, resources: Resources
) -> None:
    [customer] = await invite_customers(resources, 1)
    quoted, path = await book(client, company, customer, 9)
    for _ in range(2):
        for headers in (customer.headers, company.headers):
            shown = (await client.get(f"/v1/quotes/{quoted['id']}", headers=headers)).json()
            assert (shown["status"], f"/v1/bookings/{shown['booking_id']}") == ("booked", path)
        await cancel(client, customer.headers, path)


async def test_the_office_that_confirms_for_its_customer_takes_the_quote_too(
    client: httpx.AsyncClient, company: Company, resources: Resources
) -> None:
    [customer] = await invite_customers(resources, 1)
    quoted = await quote(client, customer, (await offered(client, company, 10))[0])
    held = (await hold(client, customer, quoted["id"])).json()
    confirmed = await client.post(f"/v1/bookings/{held['id']}/confirm", headers=company.headers | new_key())
    assert confirmed.status_code == 200, confirmed.text
    shown = await client.get(f"/v1/quotes/{quoted['id']}", headers=customer.headers)
    assert (shown.json()["status"], shown.json()["booking_id"]) == ("booked", held["id"])


async def test_a_booking_called_off_free_gives_the_discount_back_once(
    client: httpx.AsyncClient, company: Company, resources: Resources
) -> None:
    first, second = await invite_customers(resources, 2)
    _, path = await book(client, company, first, 9)
    assert not (await offered(client, company, 11))[1]
    called_off = await asyncio.gather(*(cancel(client, first.headers, path) for _ in range(4)))
    assert sorted(one.status_code for one in called_off) == [200, 409, 409, 409]
    _, path = await book(client, company, second, 11)
    # Given back once, and had again: it is spent.
    assert not (await offered(client, company, 12))[1]
    assert (await cancel(client, company.headers, path)).json()["status"] == "cancelled"
    assert (await offered(client, company, 12))[1]


@pytest.fixture
async def trusting(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    """It asks for no deposit: whatever becomes of a booking, the customer owes no fee."""
    return await open_company(client, staff.headers, place=GLASGOW, prices=PRICES | {"deposit": None})


async def test_without_a_deposit_too_one_called_off_late_has_had_it_and_in_time_has_not(
    client: httpx.AsyncClient, trusting: Company, resources: Resources, clock: ManualClock
) -> None:
    first, second = await invite_customers(resources, 2)
    _, path = await book(client, trusting, first, 9)
    assert (await cancel(client, first.headers, path)).status_code == 200
    _, path = await book(client, trusting, second, 9)
    trusting = await after_days(client, clock, trusting, 7)
    assert await late_fee(client, trusting, path) == "0.00"
    assert not (await offered(client, trusting, 25))[1]


async def test_a_customer_who_was_not_there_has_had_it(
    client: httpx.AsyncClient, trusting: Company, resources: Resources, clock: ManualClock
) -> None:
    [customer] = await invite_customers(resources, 1)
    _, path = await book(client, trusting, customer, 9)
    trusting = await after_days(client, clock, trusting, 9)
    missed = await client.post(f"{path}/no-show", headers=trusting.headers | new_key())
    assert missed.status_code == 200, missed.text
    assert not (await offered(client, trusting, 25))[1]


async def test_one_called_off_late_for_a_fee_has_had_it(
    client: httpx.AsyncClient, company: Company, resources: Resources, clock: ManualClock
) -> None:
    [customer] = await invite_customers(resources, 1)
    _, path = await book(client, company, customer, 9)
    company = await after_days(client, clock, company, 7)
    assert await late_fee(client, company, path) != "0.00"
    assert not (await offered(client, company, 25))[1]


async def test_many_called_off_at_once_wait_for_their_discounts_in_the_order_in_which_a_confirmation_takes_them(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources, logins: Logins
) -> None:
    """Whoever has the first in the order of codes gets the second, though the earlier booking of the two has that."""
    codes = [ONCE | {"code": code} for code in ("LATER", "EARLIER")]
    company = await open_company(client, staff.headers, place=GLASGOW, prices=PRICES | {"surcharge_rules": codes})
    [customer] = await invite_customers(resources, 1)
    paths = [(await book(client, company, customer, day, code))[1] for day, code in ((9, "LATER"), (10, "EARLIER"))]
    commands = [{"booking_id": path.split("/")[-1], "command": "cancel", "reason": "Ill"} for path in paths]
    async with administrator(logins) as admin, administrator(logins) as looking, admin.transaction():
        count = "SELECT uses FROM app.discount_uses WHERE org_id = $1 AND code = $2 FOR UPDATE NOWAIT"
        await admin.execute(count, company.member.org_id, "EARLIER")
        body = {"commands": commands}
        asked = client.post("/v1/bookings/bulk", headers=company.headers | new_key(), json=body)
        bulk = asyncio.create_task(asked)
        while not await looking.fetchval(WAITING):
            assert not bulk.done()
            await asyncio.sleep(0.01)
        await admin.execute(count, company.member.org_id, "LATER")
    done = await bulk
    assert [one["status"] for one in done.json()["items"]] == ["cancelled", "cancelled"], done.text
