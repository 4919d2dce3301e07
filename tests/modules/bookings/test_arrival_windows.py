"""A window of arrival over HTTP: promised by a company's terms, kept in the calendar, told wherever a move is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote, search
from tests.factories.signing import signed_in_again
from tests.factories.worker import letters_about, work
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

# A town of their own, where the company is the only one.
DULUTH: Final = {"line1": "411 W 1st Street", "city": "Duluth", "state": "MN", "postal_code": "55802"}
MORNING: Final = "2027-03-09T09:00:00"
AT_NINE: Final = {"from": "2027-03-09T15:00:00Z", "to": "2027-03-09T17:00:00Z"}
TWO_HOURS: Final = timedelta(hours=2)
BY_HAND: Final = {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T13:00:00"}


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    """The only one in town, for as long as the test lasts."""
    return await open_company(client, staff.headers, place=DULUTH)


@pytest.fixture
async def customers(resources: Resources) -> list[SignedInCustomer]:
    return await invite_customers(resources, 2)


async def promise(client: httpx.AsyncClient, company: Company, minutes: int) -> None:
    answer = await client.patch("/v1/org", headers=company.headers, json={"arrival_window_minutes": minutes})
    assert (answer.status_code, answer.json()["arrival_window_minutes"]) == (200, minutes), answer.text


async def find(client: httpx.AsyncClient, starts_at: str = MORNING, **wish: Any) -> list[dict[str, Any]]:
    offers: list[dict[str, Any]] = (
        await search(client, starts_at, **{"origin": DULUTH, "destination": DULUTH, **wish})
    )["offers"]
    return offers


def at(told: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(told[name])


async def booked(
    client: httpx.AsyncClient, customer: SignedInCustomer, starts_at: str = MORNING, **wish: Any
) -> dict[str, Any]:
    [offer] = await find(client, starts_at, **wish)
    held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
    assert held.status_code == 201, held.text
    return await post(client, customer.headers, f"/v1/bookings/{held.json()['id']}/confirm")


class TestPromise:
    async def test_what_is_promised_is_the_same_from_the_offer_to_the_link_and_costs_what_the_start_costs(
        self,
        client: httpx.AsyncClient,
        company: Company,
        customers: list[SignedInCustomer],
        worker_resources: Resources,
        settings: Settings,
    ) -> None:
        [exact] = await find(client)
        await promise(client, company, 120)
        [offer] = await find(client)
        assert (exact["arrival_window"], offer["arrival_window"]) == (None, AT_NINE)
        assert at(offer, "ends_at") - at(exact, "ends_at") == TWO_HOURS
        assert (offer["price"], offer["starts_at"]) == (exact["price"], exact["starts_at"])
        pinned = await quote(client, customers[0], offer["offer_id"])
        held = (await hold(client, customers[0], pinned["id"])).json()
        booking = await post(client, customers[0].headers, f"/v1/bookings/{held['id']}/confirm")
        path, day = f"/v1/bookings/{held['id']}", {"day": "2027-03-09"}
        link = (await client.get(f"{path}/tracking-link", headers=customers[0].headers)).json()["url"]
        [listed] = (await client.get("/v1/bookings", headers=customers[0].headers)).json()["items"]
        board = (await client.get("/v1/calendar", headers=company.headers, params=day)).json()
        crew = f"/v1/drivers/{company.driver_ids[0]}/jobs"
        [job] = (await client.get(crew, headers=company.headers, params=day)).json()["items"]
        tracked = (await client.get(link)).json()
        for shown in (pinned, held, booking, listed, board["bookings"][0], job, tracked):
            assert (shown["arrival_window"], shown["ends_at"]) == (AT_NINE, offer["ends_at"])
        lane = next(one for one in board["lanes"] if one["resource_id"] == company.truck_ids[0])
        assert [(one["starts_at"], one["ends_at"]) for one in lane["taken"]] == [(offer["starts_at"], offer["ends_at"])]
        await work(worker_resources)
        await self._is_written(client, company, booking, settings)

    async def _is_written(
        self, client: httpx.AsyncClient, company: Company, booking: dict[str, Any], settings: Settings
    ) -> None:
        letters = letters_about(settings, booking["reference"])
        assert len(letters) > 1
        for letter in letters:
            assert "arrival between 09:00 and 11:00 (America/Chicago); done by " in letter["text"]
        feed = await post(client, company.headers, "/v1/calendar-feeds", {"name": "Phone"}, 201)
        events = (await client.get(feed["url"])).text.replace("\r\n ", "")
        assert "Pickup 2027-03-09 09:00 to 11:00 (America/Chicago)" in events

    async def test_what_was_offered_stays_whatever_the_terms_become(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        await promise(client, company, 120)
        [offer] = await find(client)
        await promise(client, company, 30)
        pinned = await quote(client, customers[0], offer["offer_id"])
        await promise(client, company, 0)
        held = (await hold(client, customers[0], pinned["id"])).json()
        assert (held["arrival_window"], held["ends_at"]) == (AT_NINE, offer["ends_at"])

    async def test_a_move_of_several_days_is_kept_so_much_longer_as_a_whole(
        self, client: httpx.AsyncClient, company: Company
    ) -> None:
        far: dict[str, Any] = {
            "destination": {"line1": "600 4th Ave", "city": "Seattle", "state": "WA", "postal_code": "98104"}
        }
        [exact] = await find(client, **far)
        await promise(client, company, 240)
        [offer] = await find(client, **far)
        assert at(offer, "ends_at") - at(exact, "ends_at") == 2 * TWO_HOURS
        assert at(offer["legs"][0], "starts_at") == at(offer, "starts_at")
        assert at(offer["legs"][-1], "ends_at") == at(offer, "ends_at")
        assert all(one["ends_at"] == other["starts_at"] for one, other in pairwise(offer["legs"]))


class TestCalendar:
    async def test_a_truck_is_free_again_when_a_crew_that_came_late_is_done(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        """Without a window the second would fit right behind the first."""
        [exact] = await find(client)
        await promise(client, company, 120)
        first = await booked(client, customers[0])
        done_if_at_once = at(exact, "ends_at") + timedelta(minutes=1)
        assert await find(client, done_if_at_once.isoformat()) == []
        [later] = await find(client, (at(first, "ends_at") + timedelta(minutes=30)).isoformat())
        assert at(later, "starts_at") > at(first, "ends_at")

    async def test_two_whose_windows_overlap_are_not_both_sold_the_one_truck(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        [exact] = await find(client)
        await promise(client, company, 120)
        behind = at(exact, "ends_at") + timedelta(minutes=30)
        pinned = [
            await quote(client, customer, (await find(client, start))[0]["offer_id"])
            for customer, start in zip(customers, (MORNING, behind.isoformat()), strict=True)
        ]
        answers = await asyncio.gather(
            *(hold(client, customer, one["id"]) for customer, one in zip(customers, pinned, strict=True))
        )
        assert sorted(one.status_code for one in answers) == [201, 409]
        [refused] = [one.json() for one in answers if one.status_code == 409]
        assert refused["code"] == "slot_taken"
        assert refused["alternatives"]

    async def test_sixty_days_say_what_a_search_says(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        await promise(client, company, 240)
        await booked(client, customers[0])
        body = {"origin": DULUTH, "destination": DULUTH, "home_size": "studio", "days": 2}
        told = await client.post("/v1/search/dates", json=body | {"starts_at": "2027-03-09T14:30:00"})
        assert [day["offers"] for day in told.json()["dates"]] == [0, 1]
        assert await find(client, "2027-03-09T14:30:00") == []

    @pytest.mark.parametrize(
        ("starts_at", "until"),
        [
            ("2027-03-14T01:30:00", "2027-03-14T04:30:00-05:00"),
            ("2027-11-07T00:30:00", "2027-11-07T01:30:00-06:00"),
        ],
    )
    async def test_it_is_as_long_as_it_says_in_the_nights_when_clocks_change(
        self, client: httpx.AsyncClient, company: Company, starts_at: str, until: str
    ) -> None:
        await promise(client, company, 120)
        [offer] = await find(client, starts_at)
        assert at(offer["arrival_window"], "to") == datetime.fromisoformat(until)
        assert at(offer["arrival_window"], "to") - at(offer, "starts_at") == TWO_HOURS


class TestLife:
    async def test_another_time_has_a_window_as_wide_as_promised(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        await promise(client, company, 120)
        booking = await booked(client, customers[0])
        await promise(client, company, 0)
        path, later = f"/v1/bookings/{booking['id']}/reschedule", "2027-03-10T08:00:00"
        seen = await post(client, customers[0].headers, f"{path}/preview", {"starts_at": later})
        window = {"from": "2027-03-10T14:00:00Z", "to": "2027-03-10T16:00:00Z"}
        assert (seen["is_free"], seen["arrival_window"]) == (True, window)
        moved = await post(client, customers[0].headers, path, {"starts_at": later, "expected_total": seen["total"]})
        assert (moved["arrival_window"], moved["ends_at"]) == (window, seen["ends_at"])
        assert at(moved, "ends_at") - at(moved, "starts_at") == at(booking, "ends_at") - at(booking, "starts_at")

    async def test_a_company_is_late_after_the_windows_end_and_a_customer_is_there_from_its_start(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer], clock: ManualClock
    ) -> None:
        await promise(client, company, 120)
        booking = await booked(client, customers[0])
        path = f"/v1/bookings/{booking['id']}/no-show"
        for headers, due in ((customers[0].headers, "2027-03-09T19:00:00Z"), (company.headers, AT_NINE["from"])):
            early = await client.post(path, headers=headers | new_key())
            assert (early.status_code, early.json()["code"], early.json()["from_at"]) == (409, "not_due_yet", due)
        clock.move_to(datetime.fromisoformat("2027-03-09T19:00:00+00:00"))
        assert (await post(client, customers[0].headers, path))["settlement"]["by"] == "company"

    async def test_a_days_plan_has_it_and_counts_the_hours_of_work_alone(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        await promise(client, company, 120)
        booking = await booked(client, customers[0])
        plan = await post(client, company.headers, "/v1/dispatch/auto-assign/preview", {"day": "2027-03-09"})
        [job] = plan["jobs"]
        assert (job["arrival_window"], job["booking_id"]) == (AT_NINE, booking["id"])
        worked = at(booking, "ends_at") - at(booking, "starts_at") - TWO_HOURS
        assert job["most_week_hours"] == worked / timedelta(hours=1)


class TestByHand:
    async def test_a_dispatcher_says_how_wide_it_is(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        booking = await book_by_hand(client, mover_a.headers, window=BY_HAND, arrival_window_minutes=90)
        assert booking["arrival_window"] == {"from": "2027-03-08T17:00:00Z", "to": "2027-03-08T18:30:00Z"}
        assert (booking["starts_at"], booking["ends_at"]) == ("2027-03-08T17:00:00Z", "2027-03-08T21:00:00Z")
        exact = await book_by_hand(client, mover_a.headers)
        assert exact["arrival_window"] is None

    @pytest.mark.parametrize(
        ("minutes", "fault"),
        [
            (-1, "greater_than_equal"),
            (241, "less_than_equal"),
            ("60", "int_type"),
            (226, "arrival_window_too_wide"),
        ],
    )
    async def test_what_is_no_window_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, minutes: object, fault: str
    ) -> None:
        held = await book_by_hand(client, mover_a.headers)
        body = {
            "window": BY_HAND,
            "truck_ids": held["truck_ids"],
            "driver_ids": held["driver_ids"],
            "origin": {"line1": "1 Main", "city": "San Francisco", "state": "CA", "postal_code": "94103"},
            "destination": {"line1": "2 Main", "city": "San Francisco", "state": "CA", "postal_code": "94103"},
            "contact": held["contact"],
            "price": {"amount": "500"},
            "arrival_window_minutes": minutes,
        }
        answer = await client.post("/v1/bookings", headers=mover_a.headers | new_key(), json=body)
        assert answer.status_code == 422
        assert faults(answer) == [("/arrival_window_minutes", fault)]

    @pytest.mark.parametrize("minutes", [-1, 241, "60", None, 1.5])
    async def test_nor_is_it_kept_as_terms(self, client: httpx.AsyncClient, mover_a: Member, minutes: object) -> None:
        answer = await client.patch("/v1/org", headers=mover_a.headers, json={"arrival_window_minutes": minutes})
        assert answer.status_code == 422
        assert [pointer for pointer, _ in faults(answer)] == ["/arrival_window_minutes"]

    async def test_nor_with_a_quote_that_has_its_own(
        self, client: httpx.AsyncClient, company: Company, customers: list[SignedInCustomer]
    ) -> None:
        pinned = await quote(client, customers[0], (await find(client))[0]["offer_id"])
        body = {"quote_id": pinned["id"], "contact": {"full_name": "B", "phone": "+14155550123"}}
        answer = await client.post(
            "/v1/bookings", headers=customers[0].headers | new_key(), json=body | {"arrival_window_minutes": 60}
        )
        assert answer.status_code == 422


async def test_a_company_learns_when_its_members_see_it(client: httpx.AsyncClient, mover_a: Member) -> None:
    own = await client.get("/v1/org", headers=await signed_in_again(client, mover_a))
    assert own.json()["arrival_window_minutes"] == 0
