"""Races for trucks and people, on real connections: one wins, the others are told, the calendar stays true."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from app.kernel.actor import Customer
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.modules.bookings import service
from app.modules.bookings.errors import HoldExpired
from app.modules.bookings.handlers import expire_holds
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, book_by_hand, new_key
from tests.factories.calendar import administrator, deadlocks, taken_by, untruths
from tests.factories.customers import SignedInCustomer
from tests.factories.fleet import SAN_FRANCISCO, add_driver
from tests.factories.market import Company, book, hold, invite_customers, offer_of, open_company, post, quote

pytestmark = pytest.mark.integration

RACERS: Final = 64
ROUNDS: Final = int(os.environ.get("RACE_ROUNDS", "4"))
CROWD: Final = int(os.environ.get("RACE_CROWD", "120"))
PATIENCE: Final = 10
MORNING: Final = "2027-03-08T09:00:00-08:00"
TO_THE_END: Final = timedelta(minutes=15)


@pytest.fixture(autouse=True)
async def no_deadlock(logins: Logins) -> AsyncIterator[None]:
    """Whatever these tests try, PostgreSQL never has to break a tie."""
    before = await deadlocks(logins)
    yield
    assert await deadlocks(logins) == before


def told(answers: list[httpx.Response]) -> Counter[tuple[int, str | None]]:
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


async def quotes_for(
    client: httpx.AsyncClient, customers: list[SignedInCustomer], company: Company, starts_at: str
) -> list[str]:
    offer = await offer_of(client, company, starts_at)
    assert offer is not None
    made = await asyncio.gather(*(quote(client, one, offer["offer_id"]) for one in customers))
    return [one["id"] for one in made]


async def hold_all(
    client: httpx.AsyncClient, customers: list[SignedInCustomer], quote_ids: list[str]
) -> list[httpx.Response]:
    pairs = zip(customers, quote_ids, strict=True)
    return list(await asyncio.gather(*(hold_patiently(client, one, quote_id) for one, quote_id in pairs)))


async def hold_patiently(client: httpx.AsyncClient, customer: SignedInCustomer, quote_id: str) -> httpx.Response:
    """Beside other tests, who waits for a lock may be told to try again: nothing was changed, and trying again is
    right. Without them (`make bench`) nobody is told so.
    """
    for _ in range(PATIENCE):
        answer = await hold(client, customer, quote_id)
        if answer.status_code not in {503, 504}:
            break
    return answer


class TestHoldBooking:
    async def test_of_64_customers_one_gets_the_truck_and_all_others_are_told_what_is_free(
        self,
        committed_client: httpx.AsyncClient,
        committed_staff: StaffMember,
        resources: Resources,
        logins: Logins,
    ):
        client = committed_client
        company = await open_company(client, committed_staff.headers)
        racers = await invite_customers(resources, RACERS)
        for number in range(ROUNDS):
            quote_ids = await quotes_for(client, racers, company, f"2027-03-{8 + number:02d}T09:00:00")
            answers = await hold_all(client, racers, quote_ids)
            assert told(answers) == {(201, None): 1, (409, "slot_taken"): RACERS - 1}
            refused = [answer.json()["alternatives"] for answer in answers if answer.status_code == 409]
            assert all(one == refused[0] for one in refused)
            assert len(refused[0]) == 3
            # Who wins again and again would hold more than one may.
            [(winner, won)] = [pair for pair in zip(racers, answers, strict=True) if pair[1].status_code == 201]
            await post(client, winner.headers, f"/v1/bookings/{won.json()['id']}/confirm")
        assert not any((await untruths(logins, company.member.org_id, resources.clock.now())).values())

    async def test_each_alternative_can_really_be_had(
        self, committed_client: httpx.AsyncClient, committed_staff: StaffMember, resources: Resources
    ):
        client = committed_client
        company = await open_company(client, committed_staff.headers)
        first, late, *others = await invite_customers(resources, 5)
        [late_quote] = await quotes_for(client, [late], company, MORNING)
        await book(client, first, company, MORNING)
        alternatives = (await hold(client, late, late_quote)).json()["alternatives"]
        starts = [datetime.fromisoformat(one["starts_at"]) for one in alternatives]
        assert len(starts) == 3
        for other, window in zip(others, alternatives, strict=True):
            booking = await book(client, other, company, window["starts_at"])
            assert {name: booking[name] for name in window} == window
            await post(client, other.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "Only a try"})

    async def test_no_alternative_lies_behind_the_end_of_the_papers(
        self, committed_client: httpx.AsyncClient, committed_staff: StaffMember, resources: Resources
    ):
        client = committed_client
        company = await open_company(client, committed_staff.headers, policy={"expires_on": "2027-03-09"})
        first, second, late = await invite_customers(resources, 3)
        [late_quote] = await quotes_for(client, [late], company, MORNING)
        taken = await book(client, first, company, MORNING)
        # The rest of the day is gone too: what is free lies on the days after it, of which one is insured.
        for window in (("2027-03-08T05:00:00-08:00", MORNING), (taken["ends_at"], "2027-03-09T00:00:00-08:00")):
            body = dict(zip(("starts_at", "ends_at"), window, strict=True))
            await post(client, company.headers, f"/v1/trucks/{company.truck_ids[0]}/time-off", body, 201)
        answer = await hold(client, late, late_quote)
        assert answer.json()["code"] == "slot_taken"
        window, *others = answer.json()["alternatives"]
        assert window["starts_at"] == "2027-03-09T17:00:00Z"
        assert {one["ends_at"][:10] for one in others} == {"2027-03-09"}
        await book(client, second, company, window["starts_at"])

    async def test_a_crowd_over_three_of_each_and_overlapping_windows_fills_them_and_never_overfills(
        self,
        committed_client: httpx.AsyncClient,
        committed_staff: StaffMember,
        resources: Resources,
        logins: Logins,
    ):
        client = committed_client
        company = await open_company(client, committed_staff.headers, trucks=(1600,) * 3, drivers=3, helpers=3)
        crowd = await invite_customers(resources, CROWD)
        starts = [f"2027-03-08T{7 + half // 2:02d}:{half % 2 * 30:02d}:00" for half in range(12)]
        quoted = []
        for at, start in enumerate(starts):
            group = crowd[at :: len(starts)]
            quote_ids = await quotes_for(client, group, company, start)
            quoted += list(zip(range(len(group)), group, quote_ids, strict=True))
        # Neighbours in time ask at the same moment.
        quoted.sort(key=lambda one: one[0])
        answers = await hold_all(client, [customer for _, customer, _ in quoted], [its for *_, its in quoted])
        assert set(told(answers)) == {(201, None), (409, "slot_taken")}
        won = [answer.json() for answer in answers if answer.status_code == 201]
        assert all(len({*one["truck_ids"]}) == 1 and len({*one["driver_ids"]}) == 2 for one in won)
        assert not any((await untruths(logins, company.member.org_id, resources.clock.now())).values())
        # Nobody was refused what is still free now that all have asked.
        for start in starts:
            assert await offer_of(client, company, start) is None

    async def test_with_too_small_a_crew_the_truck_is_not_taken_either(
        self,
        committed_client: httpx.AsyncClient,
        committed_staff: StaffMember,
        resources: Resources,
        logins: Logins,
    ):
        client = committed_client
        company = await open_company(client, committed_staff.headers)
        [customer] = await invite_customers(resources, 1)
        [quote_id] = await quotes_for(client, [customer], company, MORNING)
        off = {"starts_at": "2027-03-08T08:00:00-08:00", "ends_at": "2027-03-08T10:00:00-08:00"}
        await post(client, company.headers, f"/v1/drivers/{company.helper_ids[0]}/time-off", off, 201)
        answer = await hold(client, customer, quote_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
        async with administrator(logins) as connection:
            query = "SELECT resource_id, kind FROM app.reservations WHERE org_id = $1 AND active"
            rows = [tuple(map(str, row)) for row in await connection.fetch(query, company.member.org_id)]
        assert rows == [(company.helper_ids[0], "time_off")]

    async def test_by_hand_all_named_are_taken_or_none(
        self, committed_client: httpx.AsyncClient, committed_mover: Member, logins: Logins
    ):
        client, headers = committed_client, committed_mover.headers
        busy = await book_by_hand(client, headers)
        free = (await add_driver(client, headers, license_number="D7654321"))["id"]
        wish = {
            "window": {"starts_at": "2027-03-08T12:00:00", "ends_at": "2027-03-08T14:00:00"},
            "truck_ids": busy["truck_ids"],
            "driver_ids": [free],
            "origin": SAN_FRANCISCO,
            "destination": OAKLAND,
            "contact": CONTACT,
            "price": {"amount": "500.00"},
        }
        answer = await client.post("/v1/bookings", headers=headers | new_key(), json=wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
        assert answer.json()["resource_ids"] == busy["truck_ids"]
        async with administrator(logins) as connection:
            query = "SELECT count(*) FROM app.reservations WHERE org_id = $1 AND active"
            assert await connection.fetchval(query, committed_mover.org_id) == 2


@pytest.fixture
async def company(committed_client: httpx.AsyncClient, committed_staff: StaffMember) -> Company:
    return await open_company(committed_client, committed_staff.headers)


class TestConfirmBooking:
    async def test_of_many_confirmations_one_counts(
        self, committed_client: httpx.AsyncClient, company: Company, resources: Resources, logins: Logins
    ):
        client = committed_client
        [customer] = await invite_customers(resources, 1)
        booking = await book(client, customer, company, MORNING)
        path = f"/v1/bookings/{booking['id']}/confirm"
        callers = [customer.headers, company.headers] * 4
        answers = list(await asyncio.gather(*(client.post(path, headers=one) for one in callers)))
        assert told(answers) == {(200, None): 1, (409, "booking_not_held"): 7}
        history = await client.get(f"/v1/bookings/{booking['id']}/history", headers=customer.headers)
        assert [step["to_status"] for step in history.json()["items"]] == ["held", "confirmed"]
        async with administrator(logins) as connection:
            query = "SELECT count(*) FROM app.outbox_events WHERE org_id = $1 AND name = 'booking.confirmed'"
            assert await connection.fetchval(query, company.member.org_id) == 1

    async def test_confirming_and_cancelling_at_once_ends_in_one_truth(
        self, committed_client: httpx.AsyncClient, company: Company, resources: Resources, logins: Logins
    ):
        client = committed_client
        [customer] = await invite_customers(resources, 1)
        for day in range(8, 13):
            booking = await book(client, customer, company, f"2027-03-{day:02d}T09:00:00")
            path = f"/v1/bookings/{booking['id']}"
            answers = await asyncio.gather(
                client.post(f"{path}/confirm", headers=company.headers),
                client.post(f"{path}/cancel", headers=customer.headers, json={"reason": "No"}),
            )
            # A confirmed move may still be cancelled; a cancelled one is not confirmed any more.
            assert told(list(answers)) in ({(200, None): 2}, {(200, None): 1, (409, "booking_not_held"): 1})
            shown = (await client.get(path, headers=customer.headers)).json()
            assert shown["status"] == "cancelled"
            assert await taken_by(logins, booking["id"]) == set()


class TestTheEndOfAHold:
    """No worker runs here: what is said to be free at once is free without one."""

    async def test_cancelled_is_free_at_once(
        self, committed_client: httpx.AsyncClient, company: Company, resources: Resources
    ):
        client = committed_client
        first, second = await invite_customers(resources, 2)
        booking = await book(client, first, company, MORNING)
        await post(client, first.headers, f"/v1/bookings/{booking['id']}/confirm")
        [late] = await quotes_for(client, [second], company, "2027-03-09T09:00:00-08:00")
        assert await offer_of(client, company, MORNING) is None
        await post(client, first.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "We stay"})
        again = await book(client, second, company, MORNING)
        assert (again["truck_ids"], again["driver_ids"]) == (booking["truck_ids"], booking["driver_ids"])
        assert (await hold(client, second, late)).status_code == 201

    async def test_expired_is_free_in_the_minute_it_expires(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        resources: Resources,
        clock: ManualClock,
        logins: Logins,
    ):
        client = committed_client
        first, second = await invite_customers(resources, 2)
        booking = await book(client, first, company, MORNING)
        clock.advance(TO_THE_END - timedelta(microseconds=1))
        assert await offer_of(client, company, MORNING) is None
        clock.advance(timedelta(microseconds=1))
        again = await book(client, second, company, MORNING)
        assert again["truck_ids"] == booking["truck_ids"]
        late = await client.post(f"/v1/bookings/{booking['id']}/confirm", headers=first.headers)
        assert (late.status_code, late.json()["code"]) == (409, "hold_expired")
        assert not any((await untruths(logins, company.member.org_id, clock.now())).values())

    async def test_a_confirmation_that_was_asked_in_time_and_comes_too_late_takes_nothing_back(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        resources: Resources,
        clock: ManualClock,
        logins: Logins,
    ):
        """Its instant lies before the end, as of a request that waited for a connection; the truck is gone since."""
        client = committed_client
        first, second = await invite_customers(resources, 2)
        booking = await book(client, first, company, MORNING)
        in_time = clock.advance(TO_THE_END - timedelta(seconds=1))
        clock.advance(timedelta(seconds=2))
        again = await book(client, second, company, MORNING)
        with pytest.raises(HoldExpired):
            await confirm_at(resources, first, booking["id"], in_time)
        assert await taken_by(logins, booking["id"]) == set()
        assert await taken_by(logins, again["id"]) == {*again["truck_ids"], *again["driver_ids"]}
        assert not any((await untruths(logins, company.member.org_id, clock.now())).values())

    async def test_a_confirmation_under_way_is_not_overtaken_by_a_later_clock(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        resources: Resources,
        clock: ManualClock,
        logins: Logins,
    ):
        client = committed_client
        pair = await invite_customers(resources, 2)
        first, second = await quotes_for(client, pair, company, MORNING)
        booking = (await hold(client, pair[0], first)).json()
        in_time = clock.advance(TO_THE_END - timedelta(seconds=1))
        clock.advance(timedelta(seconds=2))
        async with resources.database.write(commanding(pair[0])) as session:
            await service.confirm_booking(session, customer_at(pair[0], in_time), UUID(booking["id"]))
            other = asyncio.create_task(hold(client, pair[1], second))
            # It finds a dead hold, and must wait for the confirmation to end before it may know better.
            await asyncio.wait([other], timeout=0.5)
        answer = await other
        assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
        assert await taken_by(logins, booking["id"]) == {*booking["truck_ids"], *booking["driver_ids"]}
        assert not any((await untruths(logins, company.member.org_id, clock.now())).values())

    async def test_the_sweeper_and_the_next_customer_do_not_stand_in_each_others_way(
        self,
        committed_client: httpx.AsyncClient,
        company: Company,
        resources: Resources,
        worker_resources: Resources,
        clock: ManualClock,
        logins: Logins,
    ):
        client = committed_client
        customers = await invite_customers(resources, 6)
        for day in range(8, 13):
            quote_ids = await quotes_for(client, customers, company, f"2027-03-{day:02d}T09:00:00")
            dead = (await hold(client, customers[0], quote_ids[0])).json()
            clock.advance(TO_THE_END)
            confirming = client.post(f"/v1/bookings/{dead['id']}/confirm", headers=customers[0].headers)
            late, answers, _ = await asyncio.gather(
                confirming, hold_all(client, customers[1:], quote_ids[1:]), expire_holds(worker_resources)
            )
            assert late.json()["code"] in {"hold_expired", "booking_not_held"}
            assert told(answers) == {(201, None): 1, (409, "slot_taken"): 4}
        assert not any((await untruths(logins, company.member.org_id, clock.now())).values())


def commanding(customer: SignedInCustomer) -> Identity:
    return Identity(Audience.BOOKING, customer_id=customer.id)


def customer_at(customer: SignedInCustomer, now: datetime) -> Customer:
    """The customer in a request of that instant."""
    return Customer(customer_id=customer.id, session_id=new_id(), now=now)


async def confirm_at(resources: Resources, customer: SignedInCustomer, booking_id: str, now: datetime) -> None:
    async with resources.database.write(commanding(customer)) as session:
        await service.confirm_booking(session, customer_at(customer, now), UUID(booking_id))


async def confirmed_by_hand(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    booking = await book_by_hand(client, headers)
    return await post(client, headers, f"/v1/bookings/{booking['id']}/confirm")


class TestAssignBooking:
    async def test_two_bookings_want_one_driver_and_one_gets_it(
        self, committed_client: httpx.AsyncClient, committed_mover: Member, resources: Resources, logins: Logins
    ):
        client, headers = committed_client, committed_mover.headers
        pair = [await confirmed_by_hand(client, headers) for _ in range(2)]
        for _ in range(ROUNDS):
            wanted = (await add_driver(client, headers, license_number=new_id().hex[-8:]))["id"]
            before = [await taken_by(logins, one["id"]) for one in pair]
            answers = await asyncio.gather(
                *(assign(client, headers, one["id"], one["truck_ids"], [wanted]) for one in pair)
            )
            assert told(list(answers)) == {(200, None): 1, (409, "slot_taken"): 1}
            for one, answer, was in zip(pair, answers, before, strict=True):
                won = answer.status_code == 200
                assert await taken_by(logins, one["id"]) == ({*one["truck_ids"], wanted} if won else was)
        assert not any((await untruths(logins, committed_mover.org_id, resources.clock.now())).values())

    async def test_two_bookings_want_each_others_driver_and_neither_loses_its_own(
        self, committed_client: httpx.AsyncClient, committed_mover: Member, resources: Resources, logins: Logins
    ):
        client, headers = committed_client, committed_mover.headers
        one, other = [await confirmed_by_hand(client, headers) for _ in range(2)]
        for _ in range(ROUNDS):
            answers = await asyncio.gather(
                assign(client, headers, one["id"], one["truck_ids"], other["driver_ids"]),
                assign(client, headers, other["id"], other["truck_ids"], one["driver_ids"]),
            )
            assert told(list(answers)) == {(409, "slot_taken"): 2}
        assert await taken_by(logins, one["id"]) == {*one["truck_ids"], *one["driver_ids"]}
        assert not any((await untruths(logins, committed_mover.org_id, resources.clock.now())).values())


async def assign(
    client: httpx.AsyncClient, headers: dict[str, str], booking_id: str, truck_ids: list[str], driver_ids: list[str]
) -> httpx.Response:
    body = {"truck_ids": truck_ids, "driver_ids": driver_ids}
    return await client.post(f"/v1/bookings/{booking_id}/assign", headers=headers, json=body)
