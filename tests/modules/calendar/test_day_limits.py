"""A company takes so many jobs on a day of its office, and not one more, whoever asks, and however many at once."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, book_by_hand, new_key
from tests.factories.calendar import untruths
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_truck
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, post, quote, search
from tests.factories.standing import signed_in_anew

pytestmark = pytest.mark.integration

_numbers: Final = itertools.count(1)
LIMITS: Final = "/v1/org/day-limits"
TOWN: Final = {"line1": "1 Main Street", "city": "Susanville", "state": "CA", "postal_code": "96130"}
EIGHT: Final = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-08T12:00:00"}


async def choose(client: httpx.AsyncClient, headers: dict[str, str], status: int = 200, **limits: Any) -> Any:
    answer = await client.put(LIMITS, headers=headers, json=limits)
    assert answer.status_code == status, answer.text
    return answer.json()


async def sell(client: httpx.AsyncClient, headers: dict[str, str], window: dict[str, str]) -> httpx.Response:
    """Another job by hand, with a truck and a driver of its own."""
    truck = await add_truck(client, headers, license_plate=f"LIMIT {next(_numbers)}")
    driver = await add_driver(client, headers, license_number=f"L{next(_numbers)}")
    body = {
        "window": window,
        "truck_ids": [truck["id"]],
        "driver_ids": [driver["id"]],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "500"},
    }
    answer = await client.post("/v1/bookings", headers=headers | new_key(), json=body)
    assert answer.status_code == 201 or answer.json()["code"] == "day_full", answer.text
    return answer


class TestChoosing:
    async def test_is_kept_by_version(self, client: httpx.AsyncClient, mover_a: Member):
        none = await client.get(LIMITS, headers=mover_a.headers)
        assert none.json() == {
            "jobs": None, "van_jobs": None, "box_jobs": None, "large_jobs": None, "branches": [], "version": 0,
            "zone": "America/Los_Angeles",
        }  # fmt: skip
        assert (await choose(client, mover_a.headers, jobs=4, large_jobs=1))["version"] == 1
        stale = await client.put(LIMITS, headers=mover_a.headers | {"If-Match": '"v0"'}, json={"jobs": 5})
        assert stale.status_code == 412
        assert (await choose(client, mover_a.headers, jobs=None))["version"] == 2

    @pytest.mark.parametrize("jobs", [-1, 1_001, "4", 1.5, True])
    async def test_only_a_number_of_jobs_will_do(self, client: httpx.AsyncClient, mover_a: Member, jobs: Any):
        refused = await choose(client, mover_a.headers, 422, jobs=jobs)
        assert refused["errors"][0]["pointer"] == "/jobs"


class TestByHand:
    async def test_a_day_has_so_many_jobs_by_the_offices_clock(self, client: httpx.AsyncClient, mover_a: Member):
        await choose(client, mover_a.headers, jobs=1)
        assert (await sell(client, mover_a.headers, EIGHT)).status_code == 201
        assert (await sell(client, mover_a.headers, EIGHT)).status_code == 409
        late = {"starts_at": "2027-03-08T22:00:00", "ends_at": "2027-03-08T23:59:00"}
        assert (
            await sell(client, mover_a.headers, late)
        ).status_code == 409  # the ninth by UTC, the eighth in the office
        tomorrow = {"starts_at": "2027-03-09T00:00:00", "ends_at": "2027-03-09T04:00:00"}
        assert (await sell(client, mover_a.headers, tomorrow)).status_code == 201

    async def test_a_job_of_several_days_counts_on_each(self, client: httpx.AsyncClient, mover_a: Member):
        await choose(client, mover_a.headers, jobs=1)
        tour = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-10T12:00:00"}
        assert (await sell(client, mover_a.headers, tour)).status_code == 201
        for day, status in (("07", 201), ("08", 409), ("09", 409), ("10", 409), ("11", 201)):
            window = {"starts_at": f"2027-03-{day}T14:00:00", "ends_at": f"2027-03-{day}T16:00:00"}
            assert (await sell(client, mover_a.headers, window)).status_code == status, day
        over = {"starts_at": "2027-03-06T08:00:00", "ends_at": "2027-03-07T09:00:00"}
        assert (await sell(client, mover_a.headers, over)).status_code == 409

    async def test_time_off_and_what_was_cancelled_do_not_count(self, client: httpx.AsyncClient, mover_a: Member):
        await choose(client, mover_a.headers, jobs=1)
        truck = await add_truck(client, mover_a.headers, license_plate="IDLE 1")
        await post(client, mover_a.headers, f"/v1/trucks/{truck['id']}/time-off", EIGHT, 201)
        gone = await sell(client, mover_a.headers, EIGHT)
        await post(client, mover_a.headers, f"/v1/bookings/{gone.json()['id']}/cancel", {"reason": "Changed plans"})
        assert (await sell(client, mover_a.headers, EIGHT)).status_code == 201

    async def test_a_hold_that_nobody_confirmed_does_not_count(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        await choose(client, mover_a.headers, jobs=1)
        first = (await sell(client, mover_a.headers, EIGHT)).json()
        clock.advance(timedelta(minutes=14))
        assert (await sell(client, mover_a.headers, EIGHT)).status_code == 409
        clock.advance(timedelta(minutes=2))
        anew = (await signed_in_anew(client, Company(mover_a))).headers
        assert (await sell(client, anew, EIGHT)).status_code == 201
        late = await client.post(f"/v1/bookings/{first['id']}/confirm", headers=anew)
        assert late.status_code == 409

    async def test_other_trucks_for_a_job_that_stands_are_no_new_job(self, client: httpx.AsyncClient, mover_a: Member):
        job = (await sell(client, mover_a.headers, EIGHT)).json()
        await post(client, mover_a.headers, f"/v1/bookings/{job['id']}/confirm")
        await choose(client, mover_a.headers, jobs=0, large_jobs=0)
        other = await add_truck(client, mover_a.headers, license_plate="SPARE 2")
        team = {"truck_ids": [other["id"]], "driver_ids": job["driver_ids"]}
        assigned = await post(client, mover_a.headers, f"/v1/bookings/{job['id']}/assign", team)
        assert assigned["truck_ids"] == [other["id"]]
        move = {"starts_at": "2027-03-09T08:00:00", "expected_total": job["price"]["total"]}
        refused = await client.post(
            f"/v1/bookings/{job['id']}/reschedule",
            headers=mover_a.headers | {"If-Match": f'"v{assigned["version"]}"'},
            json=move,
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "day_full")


class TestBySize:
    async def test_a_size_of_which_none_is_left_gives_way_to_another(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers, trucks=(700, 800, 1600), drivers=3, helpers=3)
        await choose(client, company.headers, box_jobs=1)
        day = "2027-03-08T09:00"
        for cuft in (700, 1600):  # the second small truck stays
            (customer,) = await invite_customers(resources, 1)
            booking = await book(client, customer, company, day)
            assert booking["truck_ids"] == [company.truck_ids[{700: 0, 1600: 2}[cuft]]]
        assert await offer_of(client, company, day) is None
        assert await offer_of(client, company, "2027-03-09T09:00") is not None


class TestSearch:
    async def test_says_that_the_day_is_full_and_which_is_not(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources
    ):
        company = await open_company(client, staff.headers, trucks=(1600, 1600), drivers=2, helpers=2, place=TOWN)
        here = {"origin": TOWN, "destination": TOWN}
        offer = await offer_of(client, company, "2027-03-08T09:00", **here)
        assert offer is not None
        one, two = await invite_customers(resources, 2)
        await choose(client, company.headers, jobs=1)
        await book(client, one, company, "2027-03-08T09:00", **here)
        found = await search(client, "2027-03-08T15:00", **here)
        assert (found["offers"], found["reasons"]) == ([], [{"code": "day_full", "count": 1}])
        assert found["nearest_free"][0].startswith("2027-03-09")
        late = await hold(client, two, (await quote(client, two, offer["offer_id"]))["id"])
        assert (late.status_code, late.json()["code"]) == (409, "day_full")
        assert late.json()["alternatives"][0]["starts_at"].startswith("2027-03-09")


class TestAtOnce:
    async def test_of_many_no_more_are_sold_than_the_day_has(
        self, committed_client: httpx.AsyncClient, committed_staff: StaffMember, resources: Resources, logins: Logins
    ):
        """Ten trucks are free, three jobs are taken: eight customers and four dispatchers at once."""
        client = committed_client
        company = await open_company(client, committed_staff.headers, trucks=(1600,) * 10, drivers=10, helpers=10)
        await choose(client, company.headers, jobs=3)
        offer = await offer_of(client, company, "2027-03-08T09:00:00-08:00")
        assert offer is not None
        customers = await invite_customers(resources, 8)
        quotes = [(await quote(client, one, offer["offer_id"]))["id"] for one in customers]
        by_hand = (
            book_by_hand(client, company.headers, truck_ids=[truck], driver_ids=[driver], window=EIGHT)
            for truck, driver in zip(company.truck_ids[:4], company.driver_ids[:4], strict=True)
        )
        held, named = await asyncio.gather(
            asyncio.gather(*(hold(client, *pair) for pair in zip(customers, quotes, strict=True))),
            asyncio.gather(*by_hand, return_exceptions=True),
        )
        told = Counter(answer.json().get("code", "held") for answer in held)
        sold = told["held"] + sum(not isinstance(one, BaseException) for one in named)
        assert sold == 3, (told, named)
        assert set(told) <= {"held", "day_full", "slot_taken"}
        assert not any((await untruths(logins, company.member.org_id, resources.clock.now())).values())
