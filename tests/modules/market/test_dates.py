"""Sixty days of one job: each as a search for that day answers it, and what is shown free can be had."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from app.runtime.db.session import Database
from app.runtime.resources import Resources
from tests.conftest import Logins, StaffMember
from tests.factories.customers import SignedInCustomer
from tests.factories.estimates import estimated
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote
from tests.factories.standing import running, sign_in_staff

pytestmark = pytest.mark.integration

# Towns of their own: nobody but these companies offers anything here, and in the last nobody does.
GREAT_FALLS: Final = {"line1": "2 Park Drive S", "city": "Great Falls", "state": "MT", "postal_code": "59401"}
KALISPELL: Final = {"line1": "201 1st Avenue E", "city": "Kalispell", "state": "MT", "postal_code": "59901"}
CHEYENNE: Final = {"line1": "2101 O'Neil Avenue", "city": "Cheyenne", "state": "WY", "postal_code": "82001"}
CASPER: Final = {"line1": "200 N David Street", "city": "Casper", "state": "WY", "postal_code": "82601"}
# On every rule that asks when a job starts there are several opinions.
PRICE_LISTS: Final[list[dict[str, Any]]] = [
    {"surcharge_rules": [{"type": "weekend", "days": [0, 6], "multiplier": "1.25"}], "extra_mover_hourly_rate": "40"},
    {
        "base_hourly_rate": "149",
        "travel": "portal_to_portal",
        "surcharge_rules": [
            {"type": "season", "from": "04-01", "to": "09-30", "multiplier": "1.2"},
            {"type": "lead_time", "within_hours": "120", "amount": "80"},
            {"type": "holiday", "calendar": {"country": "US"}, "amount": "90"},
        ],
    },
    {
        "base_hourly_rate": "155",
        "surcharge_rules": [
            {"type": "after_hours", "from": "17:00", "to": "08:00", "multiplier": "1.5"},
            {"type": "weekend", "days": [1, 2], "amount": "35", "compounds": False},
            {"type": "season", "from": "03-20", "to": "04-10", "multiplier": "1.1"},
            {"type": "weekend", "days": [5], "multiplier": "1.4", "compounds": True},
        ],
    },
]
PAPERS_END: Final = date(2027, 4, 20)
TEN_DAYS: Final = {"lead_time_hours": 240}
ASKED: Final = 60
SEARCHED: Final = 7


@dataclass(frozen=True, slots=True)
class Town:
    client: httpx.AsyncClient
    resources: Resources
    customer: SignedInCustomer
    companies: list[Company]

    async def ask(self, path: str, wish: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(path, json=wish)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def dates(self, wish: dict[str, Any]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("/v1/search/dates", wish))["dates"]
        return found


@pytest.fixture(scope="module")
async def town(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with running(logins, app_database, tmp_path_factory.mktemp("dates")) as (client, resources, _):
        staff = await sign_in_staff(client, resources, f"staff.of.dates.{uuid4().hex}@example.com")
        [customer] = await invite_customers(resources, 1)
        policies: list[dict[str, Any]] = [{"expires_on": str(PAPERS_END)}, {}, {}]
        companies = [
            await open_company(
                client, staff, place=GREAT_FALLS, trucks=(1000, 600), drivers=2, helpers=2, prices=prices, policy=policy
            )
            for prices, policy in zip(PRICE_LISTS, policies, strict=True)
        ]
        await set_terms(client, companies[1])
        yield Town(client, resources, customer, companies)


async def set_terms(client: httpx.AsyncClient, company: Company) -> None:
    """It is asked ten days ahead, works by day but on Tuesdays, and is off now and then."""
    hours = {"opens_at": "06:00", "closes_at": "17:00"}
    week = dict.fromkeys(("monday", "wednesday", "thursday", "friday", "saturday", "sunday"), hours)
    answer = await client.patch("/v1/org", headers=company.headers, json=TEN_DAYS | {"business_hours": week})
    assert answer.status_code == 200, answer.text
    for day in range(20, 60, 4):
        body = {"day": str(date(2027, 3, 1) + timedelta(days=day)), "name": "Off"}
        await post(client, company.headers, "/v1/org/days-off", body, 201)


async def fill_calendars(town: Town, rng: random.Random) -> None:
    """Whoever is free then takes time off."""
    for company in town.companies:
        for resource in company.resource_ids:
            starts_at = datetime(2027, 3, 9) + timedelta(hours=rng.randrange(0, 24 * ASKED))
            ends_at = starts_at + timedelta(hours=rng.choice([3, 30, 24 * 11]))
            kind = "trucks" if resource in company.truck_ids else "drivers"
            body = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
            answer = await town.client.post(f"/v1/{kind}/{resource}/time-off", headers=company.headers, json=body)
            assert answer.status_code in {201, 409}, answer.text


def wish_of(town: Town, rng: random.Random) -> dict[str, Any]:
    hours = rng.choice([2, 5, 11, 40])
    size = {"volume_cuft": rng.choice([300, 900, 1500]), "weight_lb": 2000, "crew_size": rng.choice([2, 2, 3])}
    start = datetime(2027, 3, 9 + rng.randrange(0, 5), rng.choice([2, 7, 9, 18]), 30)
    return {
        "origin": GREAT_FALLS,
        "destination": GREAT_FALLS | {"line1": "2600 3rd Avenue N"},
        "starts_at": start.isoformat(),
        "estimate": estimated(town.resources, **size, p50=hours / 2, p90=hours),
    }


def as_searched(offers: list[dict[str, Any]]) -> tuple[int, list[Any]]:
    lowest = min(((float(one["price"]["total"]["amount"]), one) for one in offers), default=None, key=lambda p: p[0])
    return len(offers), [] if lowest is None else [lowest[1]["price"]["total"]]


@pytest.mark.parametrize("seed", range(8))
async def test_each_day_is_as_a_search_for_it_finds_it(town: Town, seed: int) -> None:
    rng = random.Random(seed)
    await fill_calendars(town, rng)
    wish = wish_of(town, rng)
    days = await town.dates(wish)
    first = date.fromisoformat(wish["starts_at"][:10])
    assert [one["date"] for one in days] == [str(first + timedelta(days=at)) for at in range(ASKED)]
    for day in rng.sample(days, SEARCHED):
        found = await town.ask("/v1/search", wish | {"starts_at": day["starts_at"], "limit": 50})
        assert (day["offers"], [one["total"] for one in day["cheapest"]]) == as_searched(found["offers"])
        offered = {(one["organization"]["id"], one["crew_size"]) for one in found["offers"]}
        assert {(one["organization"]["id"], one["crew_size"]) for one in day["cheapest"]} <= offered
    await book_cheapest(town, wish, rng.choice([one for one in days if one["cheapest"]]))


async def book_cheapest(town: Town, wish: dict[str, Any], day: dict[str, Any]) -> None:
    """For just that price, at the company that was named; and then it has one offer less, or another price."""
    [cheapest] = day["cheapest"]
    found = await town.ask("/v1/search", wish | {"starts_at": day["starts_at"]})
    [offer] = [one for one in found["offers"] if one["organization"] == cheapest["organization"]]
    pinned = await quote(town.client, town.customer, offer["offer_id"])
    assert pinned["price"]["total"] == cheapest["total"]
    assert (await hold(town.client, town.customer, pinned["id"])).status_code == 201
    again = [one for one in await town.dates(wish) if one["date"] == day["date"]]
    found = await town.ask("/v1/search", wish | {"starts_at": day["starts_at"], "limit": 50})
    assert [(one["offers"], [price["total"] for price in one["cheapest"]]) for one in again] == [
        as_searched(found["offers"])
    ]


async def test_papers_count_on_the_day_itself(client: httpx.AsyncClient, staff: StaffMember) -> None:
    """One of the two companies is insured until the twentieth."""
    for policy in ({"expires_on": str(PAPERS_END)}, {}):
        await open_company(client, staff.headers, place=KALISPELL, policy=policy)
    wish = {
        "origin": KALISPELL,
        "destination": KALISPELL,
        "starts_at": "2027-04-15T09:00:00",
        "home_size": "studio",
        "days": 10,
    }
    answer = await client.post("/v1/search/dates", json=wish)
    assert answer.status_code == 200, answer.text
    assert [one["offers"] for one in answer.json()["dates"]] == [2] * 6 + [1] * 4


async def test_where_the_clock_jumps_the_hour_behind_is_priced(town: Town) -> None:
    wish = wish_of(town, random.Random(1)) | {"starts_at": "2027-03-13T02:30:00", "days": 3}
    starts = [one["starts_at"] for one in await town.dates(wish)]
    assert starts == ["2027-03-13T09:30:00Z", "2027-03-14T09:30:00Z", "2027-03-15T08:30:00Z"]


class TestRefused:
    WISH: Final = {
        "origin": CHEYENNE,
        "destination": CHEYENNE,
        "starts_at": "2027-03-09T09:00:00",
        "home_size": "studio",
    }

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"days": 61}, "/days"),
            ({"days": 0}, "/days"),
            ({"limit": 5}, "/limit"),
            ({"starts_at": "2027-02-01T09:00:00"}, "/starts_at"),
            ({"starts_at": "2027-03-14T02:30:00"}, "/starts_at"),
            ({"items": [{"code": "sofa_3_seat", "quantity": 1}]}, ""),
        ],
    )
    async def test_says_what_is_wrong(self, client: httpx.AsyncClient, changes: dict[str, Any], pointer: str) -> None:
        answer = await client.post("/v1/search/dates", json=self.WISH | changes)
        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]

    async def test_where_nobody_is_no_day_has_an_offer(self, client: httpx.AsyncClient) -> None:
        answer = await client.post("/v1/search/dates", json=self.WISH | {"origin": CASPER, "destination": CASPER})
        assert answer.status_code == 200
        assert [(one["offers"], one["cheapest"]) for one in answer.json()["dates"]] == [(0, [])] * ASKED

    async def test_each_currency_has_a_lowest_price(self, client: httpx.AsyncClient, staff: StaffMember) -> None:
        for rate, currency in (("150", "USD"), ("90", "CAD"), ("95", "CAD")):
            prices = {"base_hourly_rate": rate, "currency": currency, "minimum_charge": "0"}
            await open_company(client, staff.headers, place=CHEYENNE, prices=prices)
        [day] = (await client.post("/v1/search/dates", json=self.WISH | {"days": 1})).json()["dates"]
        assert day["offers"] == 3
        assert [one["total"]["currency"] for one in day["cheapest"]] == ["CAD", "USD"]
