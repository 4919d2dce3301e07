"""A branch takes so many jobs on a day, in all or with trucks of a size, and the others go on selling."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Final

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, new_key
from tests.factories.calendar import untruths
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_truck
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, post, quote, search

pytestmark = pytest.mark.integration

_numbers: Final = itertools.count(1)
LIMITS: Final = "/v1/org/day-limits"
# A town for each test that searches: what is offered there is one company's.
TOWNS: Final = (
    {"line1": "1 Main Street", "city": "Needles", "state": "CA", "postal_code": "92363"},
    {"line1": "1 Main Street", "city": "Bishop", "state": "CA", "postal_code": "93514"},
)
MORNING: Final = "2027-03-08T08:00:00"
EVENING: Final = "2027-03-08T18:00:00"
NORTH: Final = {"line1": "1 Main Street", "city": "San Francisco", "state": "CA", "postal_code": "94103"}


async def add_branch(client: httpx.AsyncClient, headers: dict[str, str], name: str = "North") -> str:
    made = await post(client, headers, "/v1/org/branches", {"name": name, "address": NORTH}, 201)
    branch_id: str = made["id"]
    return branch_id


async def choose(client: httpx.AsyncClient, headers: dict[str, str], *branches: dict[str, Any]) -> None:
    answer = await client.put(LIMITS, headers=headers, json={"branches": branches})
    assert answer.status_code == 200, answer.text
    assert (await client.get(LIMITS, headers=headers)).json()["branches"] == answer.json()["branches"]


async def sell(client: httpx.AsyncClient, headers: dict[str, str], branch_id: str | None, **truck: Any) -> str:
    """A job by hand with another truck of the branch; what came of it."""
    plate = f"BRANCH {next(_numbers)}"
    made = await add_truck(client, headers, license_plate=plate, branch_id=branch_id, **truck)
    driver = await add_driver(client, headers, license_number=f"B{next(_numbers)}")
    body = {
        "window": {"starts_at": MORNING, "ends_at": "2027-03-08T12:00:00"},
        "truck_ids": [made["id"]],
        "driver_ids": [driver["id"]],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "500"},
    }
    answer = await client.post("/v1/bookings", headers=headers | new_key(), json=body)
    return str(answer.json().get("code", answer.status_code))


class TestByHand:
    async def test_one_branch_is_full_and_the_others_are_not(self, client: httpx.AsyncClient, mover_a: Member):
        north, south = [await add_branch(client, mover_a.headers, name) for name in ("North", "South")]
        await choose(client, mover_a.headers, {"branch_id": north, "jobs": 1})
        sold = [await sell(client, mover_a.headers, one) for one in (north, north, south, None)]
        assert sold == ["201", "day_full", "201", "201"]

    async def test_a_size_of_truck_of_one_branch(self, client: httpx.AsyncClient, mover_a: Member):
        north = await add_branch(client, mover_a.headers)
        await choose(client, mover_a.headers, {"branch_id": north, "van_jobs": 0, "large_jobs": 1})
        sizes = [{"capacity_cuft": cuft} for cuft in (500, 1600, 1600, 800)]
        sold = [await sell(client, mover_a.headers, north, **size) for size in sizes]
        assert sold == ["day_full", "201", "day_full", "201"]
        assert await sell(client, mover_a.headers, None, capacity_cuft=500) == "201"

    async def test_a_truck_counts_for_the_branch_that_it_is_of_now(self, client: httpx.AsyncClient, mover_a: Member):
        north, south = [await add_branch(client, mover_a.headers, name) for name in ("North", "South")]
        await choose(client, mover_a.headers, {"branch_id": north, "jobs": 1})
        assert await sell(client, mover_a.headers, north) == "201"
        [truck] = (await client.get("/v1/trucks", headers=mover_a.headers)).json()["items"]
        moved = await client.patch(f"/v1/trucks/{truck['id']}", headers=mover_a.headers, json={"branch_id": south})
        assert moved.status_code == 200, moved.text
        assert await sell(client, mover_a.headers, north) == "201"

    async def test_anothers_branch_and_one_twice_are_refused(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ):
        theirs = await add_branch(client, mover_b.headers)
        limit = {"branch_id": theirs, "jobs": 1}
        refused = await client.put(LIMITS, headers=mover_a.headers, json={"branches": [limit]})
        assert (refused.status_code, refused.json()["code"]) == (404, "branch_not_found")
        twice = await client.put(LIMITS, headers=mover_b.headers, json={"branches": [limit, limit]})
        assert twice.status_code == 422
        assert (await client.get(LIMITS, headers=mover_b.headers)).json()["branches"] == []


async def open_with_branch(client: httpx.AsyncClient, staff: StaffMember, town: dict[str, str]) -> Company:
    """Two trucks in a town of their own; the smaller one is of a branch, which takes one job a day."""
    made = await open_company(client, staff.headers, trucks=(1000, 1700), drivers=3, helpers=3, place=town)
    branch = await add_branch(client, made.headers)
    moved = await client.patch(f"/v1/trucks/{made.truck_ids[0]}", headers=made.headers, json={"branch_id": branch})
    assert moved.status_code == 200, moved.text
    await choose(client, made.headers, {"branch_id": branch, "jobs": 1})
    return made


def home_in(town: dict[str, str]) -> dict[str, Any]:
    return {"home_size": "studio", "origin": town, "destination": town}


class TestSearch:
    async def test_never_offers_what_cannot_be_booked(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        """In the evening the branch's truck is free again, and has had its job."""
        company, home = await open_with_branch(client, staff, TOWNS[0]), home_in(TOWNS[0])
        first, second = await invite_customers(resources, 2)
        assert (await book(client, first, company, MORNING, **home))["truck_ids"] == company.truck_ids[:1]
        assert (await book(client, second, company, EVENING, **home))["truck_ids"] == company.truck_ids[1:]
        found = await search(client, EVENING, **home)
        assert (found["offers"], found["reasons"]) == ([], [{"code": "day_full", "count": 1}])
        wish = {**home, "starts_at": EVENING, "days": 3}
        dates = await client.post("/v1/search/dates", json=wish)
        assert [one["offers"] for one in dates.json()["dates"]] == [0, 1, 1]
        assert datetime.fromisoformat(found["nearest_free"][0]) == datetime(2027, 3, 10, 2, tzinfo=UTC)

    async def test_of_many_at_once_the_branch_sells_one(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources, logins: Logins
    ):
        company, home = await open_with_branch(client, staff, TOWNS[1]), home_in(TOWNS[1])
        customers = await invite_customers(resources, 6)
        quotes = []
        for number, one in enumerate(customers):
            offer = await offer_of(client, company, EVENING if number % 2 else MORNING, **home)
            assert offer is not None
            quotes.append((await quote(client, one, offer["offer_id"]))["id"])
        answers = await asyncio.gather(*(hold(client, *one) for one in zip(customers, quotes, strict=True)))
        sold = [answer.json()["truck_ids"] for answer in answers if answer.status_code == 201]
        assert Counter(chain.from_iterable(sold))[company.truck_ids[0]] == 1
        assert len(sold) >= 2
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"day_full", "slot_taken"}
        assert not any((await untruths(logins, company.member.org_id, datetime.now(UTC))).values())
