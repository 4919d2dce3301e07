"""A job longer than a working day: offered with its legs, and held with all of them or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Logins, StaffMember
from tests.factories.calendar import untruths
from tests.factories.customers import SignedInCustomer
from tests.factories.estimates import estimated
from tests.factories.fleet import add_driver, add_truck
from tests.factories.market import Company, hold, invite_customers, offer_of, open_company, post, quote

pytestmark = pytest.mark.integration

START: Final = "2027-03-09T08:00"
# 40 hours of work at the two ends of a town: loaded on two days, unloaded on the third.
LONG: Final[dict[str, Any]] = {"volume_cuft": 1400, "weight_lb": 9000, "crew_size": 2, "p50": 34, "p90": 40}
SPANS: Final = [
    ("loading", "2027-03-09T16:00:00Z", "2027-03-11T01:00:00Z"),
    ("transit", "2027-03-11T01:00:00Z", "2027-03-11T01:30:00Z"),
]


@dataclass
class Market:
    company: Company
    customers: list[SignedInCustomer]
    logins: Logins
    estimate: dict[str, Any]

    async def is_true(self) -> bool:
        return not any((await untruths(self.logins, self.company.member.org_id, datetime.now(UTC))).values())


@pytest.fixture
async def market(client: httpx.AsyncClient, staff: StaffMember, resources: Resources, logins: Logins) -> Market:
    company = await open_company(client, staff.headers)
    return Market(company, await invite_customers(resources, 2), logins, estimated(resources, **LONG))


def spans(told: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["starts_at"], one["ends_at"]) for one in told["legs"]]


async def asked(client: httpx.AsyncClient, market: Market, number: int = 0) -> dict[str, Any]:
    offer = await offer_of(client, market.company, START, estimate=market.estimate)
    assert offer is not None
    return await quote(client, market.customers[number], offer["offer_id"])


async def confirmed(client: httpx.AsyncClient, market: Market) -> dict[str, Any]:
    customer = market.customers[0]
    held = await hold(client, customer, (await asked(client, market))["id"])
    assert held.status_code == 201, held.text
    return await post(client, customer.headers, f"/v1/bookings/{held.json()['id']}/confirm")


async def test_offer_quote_and_booking_show_the_same_legs(client: httpx.AsyncClient, market: Market):
    offer = await offer_of(client, market.company, START, estimate=market.estimate)
    assert offer is not None
    quoted = await asked(client, market)
    booking = await confirmed(client, market)
    assert spans(offer) == spans(quoted) == spans(booking)
    assert spans(booking)[:2] == SPANS
    assert [one["kind"] for one in booking["legs"]] == ["loading", "transit", "unloading"]
    assert (booking["starts_at"], booking["ends_at"]) == (offer["starts_at"], offer["ends_at"])
    assert offer["ends_at"] == booking["legs"][2]["ends_at"]
    assert {(*one["truck_ids"], *one["driver_ids"]) for one in booking["legs"]} == {
        (*booking["truck_ids"], *booking["driver_ids"])
    }
    assert await market.is_true()
    assert await offer_of(client, market.company, "2027-03-10T22:00") is None


async def test_one_of_a_working_day_has_none(client: httpx.AsyncClient, market: Market):
    offer = await offer_of(client, market.company, START)
    assert offer is not None
    assert offer["legs"] is None


async def test_of_two_at_once_one_has_all_of_it(client: httpx.AsyncClient, market: Market):
    quotes = [await asked(client, market, number) for number in range(2)]
    answers = await asyncio.gather(
        *(hold(client, one, told["id"]) for one, told in zip(market.customers, quotes, strict=True))
    )
    assert sorted((one.status_code, one.json().get("code")) for one in answers) == [(201, None), (409, "slot_taken")]
    assert await market.is_true()


async def test_at_another_time_others_may_do_all_of_it(client: httpx.AsyncClient, market: Market):
    booking, headers = await confirmed(client, market), market.company.headers
    spare = await add_truck(client, headers, license_plate="LONG 2", capacity_cuft=1600)
    off = {"starts_at": "2027-03-17T20:00", "ends_at": "2027-03-17T21:00"}
    await post(client, headers, f"/v1/trucks/{booking['truck_ids'][0]}/time-off", off, 201)
    path, customer = f"/v1/bookings/{booking['id']}/reschedule", market.customers[0].headers
    seen = await post(client, customer, f"{path}/preview", {"starts_at": "2027-03-16T08:00"})
    assert seen["is_free"]
    wish = {"starts_at": "2027-03-16T08:00", "expected_total": seen["total"]}
    moved = await post(client, customer, path, wish)
    assert moved["truck_ids"] == [spare["id"]]
    assert {one["truck_ids"][0] for one in moved["legs"]} == {spare["id"]}
    assert moved["legs"][0]["starts_at"] == "2027-03-16T15:00:00Z"
    assert moved["ends_at"] == moved["legs"][2]["ends_at"]
    assert await market.is_true()


async def test_a_leg_of_it_can_be_given_to_others(client: httpx.AsyncClient, market: Market):
    booking, headers = await confirmed(client, market), market.company.headers
    other = await add_driver(client, headers, license_number="LONG 3")
    team = {"leg": 2, "truck_ids": booking["truck_ids"], "driver_ids": [other["id"]]}
    done = await post(client, headers, f"/v1/bookings/{booking['id']}/assign", team)
    assert [one["driver_ids"] for one in done["legs"]][1:] == [booking["legs"][1]["driver_ids"], [other["id"]]]
    assert await market.is_true()
    gone = await post(client, market.customers[0].headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "No"})
    assert gone["status"] == "cancelled"
    assert await market.is_true()
    assert await offer_of(client, market.company, START, estimate=market.estimate) is not None
