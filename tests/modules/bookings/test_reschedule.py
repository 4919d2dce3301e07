"""Another time for a booking: shown before, priced anew, all or nothing, also when others want the same."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.actor import ActorKind
from app.kernel.clock import ManualClock
from app.modules.bookings import rules
from app.modules.bookings.errors import IllegalStep
from app.modules.bookings.values import BookingStatus
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.calendar import deadlocks, taken_by, untruths
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, post, quote

ROUNDS: Final = 4
MONDAY: Final = "2027-03-08T09:00:00-08:00"
TUESDAY: Final = "2027-03-09T09:00:00-08:00"
SATURDAY: Final = "2027-03-13T09:00:00"
WEEKEND: Final = {"surcharge_rules": [{"type": "weekend", "days": [0, 6], "multiplier": "1.5"}]}


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    """One truck, one driver, one helper; dearer on weekends."""
    return await open_company(client, staff.headers, prices=WEEKEND)


@pytest.fixture
async def pair(resources: Resources) -> list[SignedInCustomer]:
    return await invite_customers(resources, 2)


async def confirmed(
    client: httpx.AsyncClient, customer: SignedInCustomer, company: Company, starts_at: str = MONDAY
) -> dict[str, Any]:
    booking = await book(client, customer, company, starts_at)
    return await post(client, customer.headers, f"/v1/bookings/{booking['id']}/confirm")


async def foresee(
    client: httpx.AsyncClient, headers: dict[str, str], booking_id: str, starts_at: str
) -> dict[str, Any]:
    path = f"/v1/bookings/{booking_id}/reschedule/preview"
    answer = await client.post(path, headers=headers, json={"starts_at": starts_at})
    assert answer.status_code == 200, answer.text
    seen: dict[str, Any] = answer.json()
    return seen


async def reschedule(
    client: httpx.AsyncClient, headers: dict[str, str], booking: dict[str, Any], starts_at: str, **changes: Any
) -> httpx.Response:
    """At the total that the booking has, unless `changes` says something else."""
    body = {"starts_at": starts_at, "expected_total": booking["price"]["total"], **changes}
    return await client.post(f"/v1/bookings/{booking['id']}/reschedule", headers=headers | new_key(), json=body)


async def shown(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str) -> dict[str, Any]:
    booking: dict[str, Any] = (await client.get(f"/v1/bookings/{booking_id}", headers=headers)).json()
    return booking


def told(*answers: httpx.Response) -> Counter[tuple[int, str | None]]:
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


@pytest.mark.unit
class TestCheckReschedule:
    @pytest.mark.parametrize("status", list(BookingStatus))
    def test_what_stands_in_the_calendar_and_has_not_begun(self, status: BookingStatus):
        if status in {BookingStatus.CONFIRMED, BookingStatus.ASSIGNED}:
            rules.check_reschedule(status, ActorKind.CUSTOMER)
        else:
            with pytest.raises(IllegalStep):
                rules.check_reschedule(status, ActorKind.CUSTOMER)

    @pytest.mark.parametrize(("hours", "percents"), [(72, [100, 50]), (60, [50, 50]), (10, [0, 0])])
    def test_terms_never_give_back_more_than_when_it_was_moved(self, hours: int, percents: list[int]):
        capped = rules.cap_terms(rules.DEFAULT_TERMS, timedelta(hours=hours))
        assert [step.refund_percent for step in capped.steps] == percents


@pytest.mark.integration
class TestRescheduleBooking:
    async def test_costs_what_was_shown_and_frees_the_old_window(
        self, client: httpx.AsyncClient, company: Company, pair: list[SignedInCustomer], logins: Logins
    ):
        customer, other = pair
        booking = await confirmed(client, customer, company)
        seen = await foresee(client, customer.headers, booking["id"], SATURDAY)
        assert (seen["is_free"], seen["alternatives"]) == (True, [])
        assert seen["starts_at"] == "2027-03-13T17:00:00Z"
        assert booking["price"]["total"] == {"amount": "300.00", "currency": "USD"}
        assert seen["total"] == {"amount": "372.75", "currency": "USD"}
        surprised = await reschedule(client, customer.headers, booking, SATURDAY)
        assert told(surprised) == {(409, "price_changed"): 1}
        assert surprised.json()["total"] == seen["total"]
        assert await shown(client, customer.headers, booking["id"]) == booking
        answer = await reschedule(client, customer.headers, booking, SATURDAY, expected_total=seen["total"])
        moved = answer.json()
        assert (answer.status_code, moved["status"], moved["version"]) == (200, "confirmed", booking["version"] + 1)
        assert (moved["starts_at"], moved["ends_at"]) == (seen["starts_at"], seen["ends_at"])
        assert moved["price"] == seen["price"]
        assert moved == await shown(client, customer.headers, booking["id"])
        assert await taken_by(logins, booking["id"]) == {*booking["truck_ids"], *booking["driver_ids"]}
        await book(client, other, company, MONDAY)

    async def test_back_again_costs_what_it_did(
        self, client: httpx.AsyncClient, company: Company, pair: list[SignedInCustomer]
    ):
        booking = await confirmed(client, pair[0], company)
        headers = company.headers
        seen = await foresee(client, headers, booking["id"], SATURDAY)
        moved = await reschedule(client, headers, booking, SATURDAY, expected_total=seen["total"])
        back = await reschedule(client, headers, moved.json(), MONDAY, expected_total=booking["price"]["total"])
        assert back.json()["price"] == booking["price"]

    async def test_a_taken_window_is_refused_with_what_is_free_and_the_old_one_kept(
        self, client: httpx.AsyncClient, company: Company, pair: list[SignedInCustomer], logins: Logins
    ):
        booking = await confirmed(client, pair[0], company)
        await confirmed(client, pair[1], company, TUESDAY)
        answer = await reschedule(client, pair[0].headers, booking, TUESDAY)
        assert told(answer) == {(409, "slot_taken"): 1}
        seen = await foresee(client, pair[0].headers, booking["id"], TUESDAY)
        assert not seen["is_free"]
        assert len(seen["alternatives"]) == 3
        assert await shown(client, pair[0].headers, booking["id"]) == booking
        assert await taken_by(logins, booking["id"]) == {*booking["truck_ids"], *booking["driver_ids"]}
        window = answer.json()["alternatives"][0]
        assert window in seen["alternatives"]
        assert (await reschedule(client, pair[0].headers, booking, window["starts_at"])).status_code == 200

    async def test_another_truck_of_the_company_does_the_job_when_its_own_is_taken(
        self, client: httpx.AsyncClient, staff: StaffMember, pair: list[SignedInCustomer], logins: Logins
    ):
        company = await open_company(client, staff.headers, trucks=(1600, 1700), drivers=2, helpers=2)
        booking = await confirmed(client, pair[0], company)
        there = await confirmed(client, pair[1], company, TUESDAY)
        assert there["truck_ids"] == booking["truck_ids"]
        moved = (await reschedule(client, pair[0].headers, booking, TUESDAY)).json()
        assert set(moved["truck_ids"]).isdisjoint(there["truck_ids"])
        assert await taken_by(logins, booking["id"]) == {*moved["truck_ids"], *moved["driver_ids"]}

    async def test_by_hand_keeps_the_price_agreed_and_the_trucks_named(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        booking = await book_by_hand(client, mover_a.headers)
        held = await reschedule(client, mover_a.headers, booking, TUESDAY)
        assert told(held) == {(409, "illegal_step"): 1}
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        moved = (await reschedule(client, mover_a.headers, booking, TUESDAY)).json()
        assert (moved["price"], moved["truck_ids"]) == (booking["price"], booking["truck_ids"])
        assert await taken_by(logins, booking["id"]) == {*booking["truck_ids"], *booking["driver_ids"]}

    @pytest.mark.parametrize(
        ("starts_at", "code"),
        [
            ("2027-03-14T02:30:00", "local_time_refused"),
            ("2027-11-07T01:30:00", "local_time_refused"),
            ("2027-02-01T09:00:00", "window_refused"),
        ],
    )
    async def test_a_time_that_cannot_be_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, starts_at: str, code: str
    ):
        booking = await book_by_hand(client, mover_a.headers)
        booking = await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        answer = await reschedule(client, mover_a.headers, booking, starts_at)
        assert told(answer) == {(422, code): 1}
        assert answer.json()["errors"][0]["pointer"] == "/starts_at"
        assert await shown(client, mover_a.headers, booking["id"]) == booking

    async def test_behind_the_end_of_the_papers_there_is_no_time(
        self, client: httpx.AsyncClient, staff: StaffMember, pair: list[SignedInCustomer]
    ):
        company = await open_company(client, staff.headers, policy={"expires_on": "2027-03-09"})
        booking = await confirmed(client, pair[0], company)
        answer = await reschedule(client, pair[0].headers, booking, "2027-03-10T09:00:00")
        assert told(answer) == {(409, "papers_end_before"): 1}

    async def test_a_stale_version_is_refused(
        self, client: httpx.AsyncClient, company: Company, pair: list[SignedInCustomer]
    ):
        booking = await confirmed(client, pair[0], company)
        headers = pair[0].headers | {"If-Match": '"v1"'}
        assert (await reschedule(client, headers, booking, TUESDAY)).status_code == 412

    async def test_moved_late_it_is_not_cancelled_free_of_charge(
        self, client: httpx.AsyncClient, staff: StaffMember, pair: list[SignedInCustomer], clock: ManualClock
    ):
        company = await open_company(client, staff.headers, prices={"deposit": {"amount": "100.00"}})
        booking = await confirmed(client, pair[0], company)
        clock.move_to(datetime.fromisoformat(MONDAY) - timedelta(hours=60))
        moved = await reschedule(client, pair[0].headers, booking, "2027-03-29T09:00:00")
        assert moved.status_code == 200, moved.text
        done = await post(client, pair[0].headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "We stay."})
        assert done["settlement"]["fee"] == {"amount": "50.00", "currency": "USD"}


@pytest.mark.integration
class TestRaces:
    @pytest.fixture(autouse=True)
    async def no_deadlock(self, logins: Logins) -> AsyncIterator[None]:
        before = await deadlocks(logins)
        yield
        assert await deadlocks(logins) == before

    async def test_two_bookings_want_each_others_window_and_neither_loses_its_own(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        pair: list[SignedInCustomer],
        logins: Logins,
        clock: ManualClock,
    ):
        client = committed_client
        one = await confirmed(client, pair[0], company)
        other = await confirmed(client, pair[1], company, TUESDAY)
        for _ in range(ROUNDS):
            answers = await asyncio.gather(
                reschedule(client, pair[0].headers, one, TUESDAY), reschedule(client, pair[1].headers, other, MONDAY)
            )
            assert told(*answers) == {(409, "slot_taken"): 2}
        assert await shown(client, company.headers, one["id"]) == one
        assert await shown(client, company.headers, other["id"]) == other
        assert not any((await untruths(logins, company.member.org_id, clock.now())).values())

    async def test_two_bookings_want_one_free_window_and_one_gets_it(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        pair: list[SignedInCustomer],
        logins: Logins,
        clock: ManualClock,
    ):
        client = committed_client
        one = await confirmed(client, pair[0], company)
        other = await confirmed(client, pair[1], company, TUESDAY)
        for day in range(10, 10 + ROUNDS):
            wanted = f"2027-03-{day}T09:00:00"
            prices = [(await foresee(client, company.headers, b["id"], wanted))["total"] for b in (one, other)]
            answers = await asyncio.gather(
                reschedule(client, pair[0].headers, one, wanted, expected_total=prices[0]),
                reschedule(client, pair[1].headers, other, wanted, expected_total=prices[1]),
            )
            assert told(*answers) == {(200, None): 1, (409, "slot_taken"): 1}
            one, other = [await shown(client, company.headers, b["id"]) for b in (one, other)]
            assert not any((await untruths(logins, company.member.org_id, clock.now())).values())

    async def test_against_a_hold_one_wins_and_the_window_has_one_owner(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        pair: list[SignedInCustomer],
        logins: Logins,
        clock: ManualClock,
    ):
        client = committed_client
        mine = await confirmed(client, pair[0], company)
        for day in (9, 10, 11, 12):
            wanted = f"2027-03-{day:02d}T09:00:00"
            offer = await offer_of(client, company, wanted)
            assert offer is not None
            quoted = await quote(client, pair[1], offer["offer_id"])
            answers = await asyncio.gather(
                reschedule(client, pair[0].headers, mine, wanted), hold(client, pair[1], quoted["id"])
            )
            assert sorted(answer.status_code for answer in answers) in ([200, 409], [201, 409])
            mine = await shown(client, pair[0].headers, mine["id"])
            assert not any((await untruths(logins, company.member.org_id, clock.now())).values())
            if answers[1].status_code == 201:
                cancel = f"/v1/bookings/{answers[1].json()['id']}/cancel"
                await post(client, pair[1].headers, cancel, {"reason": "Only a try"})
