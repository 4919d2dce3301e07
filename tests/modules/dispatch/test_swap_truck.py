"""A truck breaks down: its jobs of the day go to others, and it is off."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.kernel.ports.mail import Mail
from app.modules.bookings import handlers
from app.modules.bookings.events import BookingTruckReplaced
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Work
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import DONE, book_by_hand, new_key
from tests.factories.fleet import add_truck
from tests.factories.market import post
from tests.factories.signing import signed_in_again
from tests.modules.bookings.test_legs import body as tour_of
from tests.modules.bookings.test_legs import crew, leg
from tests.modules.dispatch.test_auto_assign import DAY, LATE, MORNING, PREVIEW, confirmed, seen

pytestmark = pytest.mark.integration

SWAP: Final = "/v1/dispatch/swap-truck"


async def test_its_jobs_go_to_the_smallest_that_will_do_and_it_is_off(client: httpx.AsyncClient, mover_a: Member):
    booking = await confirmed(client, mover_a)
    broken = booking["truck_ids"][0]
    await add_truck(client, mover_a.headers, license_plate="BIG 1", capacity_cuft=2400)
    fit = await add_truck(client, mover_a.headers, license_plate="FIT 1", capacity_cuft=1700)
    await add_truck(client, mover_a.headers, license_plate="TINY 1", capacity_cuft=300)
    body = {"truck_id": broken, "day": DAY}
    foreseen = await post(client, mover_a.headers, f"{SWAP}/preview", body)
    assert (await seen(client, mover_a, booking))["truck_ids"] == [broken]
    done = await post(client, mover_a.headers, SWAP, body)
    assert done == foreseen
    assert (done["is_off"], done["jobs"][0]["truck_ids"]) == (True, [fit["id"]])
    after = await seen(client, mover_a, booking)
    assert (after["status"], after["truck_ids"], after["driver_ids"]) == (
        "assigned",
        [fit["id"]],
        booking["driver_ids"],
    )
    off = await client.get(f"/v1/trucks/{broken}/time-off", headers=mover_a.headers)
    assert len(off.json()["items"]) == 1


@pytest.mark.parametrize("path", [SWAP, f"{SWAP}/preview"])
async def test_a_person_is_no_truck(client: httpx.AsyncClient, mover_a: Member, path: str):
    booking = await confirmed(client, mover_a)
    body = {"truck_id": booking["driver_ids"][0], "day": DAY}
    refused = await client.post(path, headers=mover_a.headers | new_key(), json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_found")


async def test_of_one_that_breaks_down_on_a_job_the_next_goes_to_another_and_it_is_off_afterwards(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    first = await confirmed(client, mover_a, window=MORNING)
    team = {name: first[name] for name in ("truck_ids", "driver_ids")}
    second = await confirmed(client, mover_a, window=LATE, **team)
    await add_truck(client, mover_a.headers, license_plate="FIT 3", capacity_cuft=1700)
    clock.move_to(datetime.fromisoformat(first["starts_at"]) + timedelta(hours=1))
    headers = await signed_in_again(client, mover_a)
    await post(client, headers, f"/v1/bookings/{first['id']}/start")
    broken = first["truck_ids"][0]
    done = await post(client, headers, SWAP, {"truck_id": broken, "day": DAY})
    assert (done["is_off"], [one["booking_id"] for one in done["jobs"]]) == (True, [second["id"]])
    assert broken not in done["jobs"][0]["truck_ids"]
    [off] = (await client.get(f"/v1/trucks/{broken}/time-off", headers=headers)).json()["items"]
    assert off["starts_at"] == first["ends_at"]


async def test_around_a_hold_in_the_evening_it_is_off_and_nobody_is_told_that_it_is_off_for_the_day(
    client: httpx.AsyncClient, mover_a: Member
):
    first = await confirmed(client, mover_a, window=MORNING)
    team = {name: first[name] for name in ("truck_ids", "driver_ids")}
    held = await book_by_hand(client, mover_a.headers, window=LATE, **team)
    await add_truck(client, mover_a.headers, license_plate="FIT 4", capacity_cuft=1700)
    [broken] = first["truck_ids"]
    body = {"truck_id": broken, "day": DAY}
    foreseen = await post(client, mover_a.headers, f"{SWAP}/preview", body)
    done = await post(client, mover_a.headers, SWAP, body)
    assert foreseen == done
    assert (done["is_off"], [one["reason"] for one in done["jobs"]]) == (False, [None])
    assert broken not in (await seen(client, mover_a, first))["truck_ids"]
    before, behind = await days_off(client, mover_a.headers, broken)
    assert (before[1], behind[0]) == (held["starts_at"], held["ends_at"])


async def test_one_that_is_off_for_an_hour_already_is_off_around_it_too(client: httpx.AsyncClient, mover_a: Member):
    booking = await confirmed(client, mover_a, window=MORNING)
    [broken] = booking["truck_ids"]
    await add_truck(client, mover_a.headers, license_plate="FIT 5", capacity_cuft=1700)
    evening = {"starts_at": "2027-03-08T19:00", "ends_at": "2027-03-08T20:00"}
    await post(client, mover_a.headers, f"/v1/trucks/{broken}/time-off", evening, 201)
    body = {"truck_id": broken, "day": DAY}
    foreseen = await post(client, mover_a.headers, f"{SWAP}/preview", body)
    done = await post(client, mover_a.headers, SWAP, body)
    assert foreseen == done
    assert (done["is_off"], len(done["jobs"])) == (True, 1)
    off = await days_off(client, mover_a.headers, broken)
    assert len(off) == 3
    assert all(one[1] == other[0] for one, other in pairwise(off))


async def days_off(client: httpx.AsyncClient, headers: dict[str, str], truck_id: str) -> list[tuple[str, str]]:
    items = (await client.get(f"/v1/trucks/{truck_id}/time-off", headers=headers)).json()["items"]
    return sorted((one["starts_at"], one["ends_at"]) for one in items)


@pytest.mark.parametrize("path", [SWAP, f"{SWAP}/preview", "/v1/dispatch/auto-assign", PREVIEW])
async def test_of_a_day_that_is_over_nothing_is_planned(client: httpx.AsyncClient, mover_a: Member, path: str):
    truck = await add_truck(client, mover_a.headers)
    named = {"truck_id": truck["id"]} if path.startswith(SWAP) else {}
    body = named | {"day": "2020-03-08"}
    answer = await client.post(path, headers=mover_a.headers | new_key(), json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (
        422,
        "day_over",
        "/day",
    )


async def test_of_a_job_past_midnight_it_is_not_said_that_the_truck_is_off(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    booking = await confirmed(client, mover_a, window=MORNING | {"ends_at": "2027-03-09T02:00:00"})
    clock.move_to(datetime.fromisoformat(booking["starts_at"]) + timedelta(hours=1))
    headers = await signed_in_again(client, mover_a)
    await post(client, headers, f"/v1/bookings/{booking['id']}/start")
    [broken] = booking["truck_ids"]
    body = {"truck_id": broken, "day": DAY}
    foreseen = await post(client, headers, f"{SWAP}/preview", body)
    done = await post(client, headers, SWAP, body)
    assert foreseen == done == {"is_off": False, "jobs": []}
    assert (await client.get(f"/v1/trucks/{broken}/time-off", headers=headers)).json()["items"] == []


async def test_a_job_without_a_replacement_keeps_it_and_says_why(client: httpx.AsyncClient, mover_a: Member):
    booking = await confirmed(client, mover_a)
    body = {"truck_id": booking["truck_ids"][0], "day": DAY}
    done = await post(client, mover_a.headers, SWAP, body)
    assert (done["is_off"], [one["reason"] for one in done["jobs"]]) == (False, ["too_large"])
    assert (await seen(client, mover_a, booking))["status"] == "confirmed"


async def test_another_companys_truck_is_not_found(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    truck = await add_truck(client, mover_a.headers)
    answer = await client.post(SWAP, headers=mover_b.headers | new_key(), json={"truck_id": truck["id"], "day": DAY})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")


async def test_the_customer_is_told(client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources):
    booking = await confirmed(client, mover_a)
    await add_truck(client, mover_a.headers, license_plate="FIT 2", capacity_cuft=1700)
    await post(client, mover_a.headers, SWAP, {"truck_id": booking["truck_ids"][0], "day": DAY})
    event = BookingTruckReplaced(org_id=mover_a.org_id, booking_id=UUID(booking["id"]))
    now = worker_resources.clock.now()
    work = Work("bookings.test", new_id(), now, now, worker_resources)
    async with worker_resources.database.read(Identity(Audience.WORKER, org_id=mover_a.org_id)) as session:
        found = await handlers.tell_truck_replaced(session, event, work)
        told = await session.scalar(
            sa.text(
                "SELECT count(*) FROM app.outbox_events WHERE name = 'booking.truck_replaced' "
                "AND payload->>'booking_id' = :id"
            ),
            {"id": booking["id"]},
        )
    assert [one.subject for one in found if isinstance(one, Mail)] == [
        f"Another truck: move {booking['reference']} on {DAY}"
    ] * 2
    assert told == 1


async def test_one_that_breaks_down_in_the_yard_gives_what_its_crew_may_still_come_to_another(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    """The window that the crew may arrive in has begun, and nobody is on the way."""
    window = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-08T13:00:00"}
    booking = await confirmed(client, mover_a, window=window, arrival_window_minutes=240)
    fit = (await add_truck(client, mover_a.headers, license_plate="YARD 1", capacity_cuft=1700))["id"]
    off = {"starts_at": "2027-03-08T06:00", "ends_at": "2027-03-08T08:15"}
    await post(client, mover_a.headers, f"/v1/trucks/{fit}/time-off", off, 201)
    clock.move_to(datetime.fromisoformat("2027-03-08T16:30:00Z"))
    headers = await signed_in_again(client, mover_a)
    plan = await post(client, headers, PREVIEW, {"day": DAY})
    assert [one["booking_id"] for one in (*plan["jobs"], *plan["left_over"])] == [booking["id"]]
    [broken] = booking["truck_ids"]
    body = {"truck_id": broken, "day": DAY}
    foreseen = await post(client, headers, f"{SWAP}/preview", body)
    done = await post(client, headers, SWAP, body)
    assert foreseen == done
    assert [(one["truck_ids"], one["under_way"]) for one in done["jobs"]] == [([fit], False)]
    assert (done["is_off"], done["jobs"][0]["starts_at"]) == (True, "2027-03-08T16:30:00Z")
    after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
    assert (after["status"], after["truck_ids"]) == ("assigned", [fit])
    assert {name: after[name] for name in ("starts_at", "ends_at", "arrival_window")} == {
        name: booking[name] for name in ("starts_at", "ends_at", "arrival_window")
    }
    board = await client.get("/v1/calendar", headers=headers, params={"day": DAY, "resource_id": fit})
    [lane] = board.json()["lanes"]
    assert [(one["starts_at"], one["ends_at"]) for one in lane["taken"] if one["kind"] == "booking"] == [
        ("2027-03-08T16:30:00Z", "2027-03-08T21:00:00Z")
    ]


async def test_of_one_on_its_way_or_that_nobody_may_come_to_any_more_nothing_is_to_come(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    window = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-08T13:00:00"}
    begun = await confirmed(client, mover_a, window=window, arrival_window_minutes=60)
    missed = await confirmed(client, mover_a, window=window, arrival_window_minutes=30)
    clock.move_to(datetime.fromisoformat("2027-03-08T16:30:00Z"))
    headers = await signed_in_again(client, mover_a)
    await post(client, headers, f"/v1/bookings/{begun['id']}/start")
    for booking in (begun, missed):
        body = {"truck_id": booking["truck_ids"][0], "day": DAY}
        assert (await post(client, headers, f"{SWAP}/preview", body))["jobs"] == []


class TestUnderWay:
    """The truck stands on the road with a job: another takes over the rest of it."""

    async def test_another_takes_over_what_is_left_and_the_broken_one_is_off_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a, window=MORNING)
        fit = await add_truck(client, mover_a.headers, license_plate="REST 1", capacity_cuft=1700)
        headers, now = await self._begun(client, mover_a, booking, clock)
        [broken] = booking["truck_ids"]
        body = {"truck_id": broken, "day": DAY, "under_way": True}
        foreseen = await post(client, headers, f"{SWAP}/preview", body)
        done = await post(client, headers, SWAP, body)
        assert foreseen == done
        [job] = done["jobs"]
        assert (done["is_off"], job["under_way"], job["truck_ids"], job["starts_at"]) == (True, True, [fit["id"]], now)
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert (after["status"], after["truck_ids"]) == ("loading", [fit["id"]])
        assert after["driver_ids"] == booking["driver_ids"]
        assert await self._lane(client, headers, broken) == [
            ("booking", booking["starts_at"], now),
            ("time_off", "2027-03-08T17:01:00Z", "2027-03-09T08:00:00Z"),
        ]
        assert await self._lane(client, headers, fit["id"]) == [("booking", now, booking["ends_at"])]
        history = (await client.get(f"/v1/bookings/{booking['id']}/history", headers=headers)).json()["items"]
        assert (history[-1]["from_status"], history[-1]["to_status"]) == ("loading", "loading")
        assert "broke down" in history[-1]["note"]
        assert fit["name"] in history[-1]["note"]
        done = await post(client, headers, f"/v1/bookings/{booking['id']}/complete", DONE)
        assert done["truck_ids"] == [fit["id"]]

    async def _begun(
        self, client: httpx.AsyncClient, member: Member, booking: dict[str, Any], clock: ManualClock
    ) -> tuple[dict[str, str], str]:
        """Loading for an hour: the headers of then, and the instant."""
        clock.move_to(datetime.fromisoformat(booking["starts_at"]) + timedelta(hours=1))
        headers = await signed_in_again(client, member)
        for step in ("start", "load"):
            await post(client, headers, f"/v1/bookings/{booking['id']}/{step}")
        return headers, clock.now().isoformat().replace("+00:00", "Z")

    async def _lane(
        self, client: httpx.AsyncClient, headers: dict[str, str], truck_id: str, day: str = DAY
    ) -> list[tuple[str, ...]]:
        board = await client.get("/v1/calendar", headers=headers, params={"day": day, "resource_id": truck_id})
        [lane] = board.json()["lanes"]
        return [(one["kind"], one["starts_at"], one["ends_at"]) for one in lane["taken"]]

    async def test_of_a_move_of_several_days_the_other_legs_keep_their_trucks(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        has = await crew(client, mover_a)
        tomorrows = (await add_truck(client, mover_a.headers, license_plate="TWO 1", capacity_cuft=300))["id"]
        legs = [
            leg("loading", "2027-03-08T08:00", "2027-03-08T14:00", [has["driver"]], has["truck"]),
            leg("unloading", "2027-03-09T08:00", "2027-03-09T13:00", [has["driver"]], tomorrows),
        ]
        held = await post(client, mover_a.headers, "/v1/bookings", tour_of(legs), 201)
        booking = await post(client, mover_a.headers, f"/v1/bookings/{held['id']}/confirm")
        fit = (await add_truck(client, mover_a.headers, license_plate="REST 2", capacity_cuft=1700))["id"]
        headers, now = await self._begun(client, mover_a, booking, clock)
        kept = await self._lane(client, headers, tomorrows, "2027-03-09")
        done = await post(client, headers, SWAP, {"truck_id": has["truck"], "day": DAY, "under_way": True})
        assert [(one["leg"], one["truck_ids"]) for one in done["jobs"]] == [(0, [fit])]
        assert kept == await self._lane(client, headers, tomorrows, "2027-03-09") != []
        assert await self._lane(client, headers, fit) == [("booking", now, "2027-03-08T22:00:00Z")]
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert [one["truck_ids"] for one in after["legs"]] == [[fit], [tomorrows]]

    async def _tour(
        self, client: httpx.AsyncClient, member: Member, clock: ManualClock
    ) -> tuple[dict[str, Any], str, dict[str, str], str]:
        """Loaded on Monday and unloaded on Tuesday with the same truck, an hour after its start: the booking, a truck
        that is free, the headers of then, and the instant.
        """
        has = await crew(client, member)
        legs = [
            leg("loading", "2027-03-08T08:00", "2027-03-08T14:00", [has["driver"]], has["truck"]),
            leg("unloading", "2027-03-09T08:00", "2027-03-09T13:00", [has["driver"]], has["truck"]),
        ]
        held = await post(client, member.headers, "/v1/bookings", tour_of(legs), 201)
        booking = await post(client, member.headers, f"/v1/bookings/{held['id']}/confirm")
        fit = (await add_truck(client, member.headers, license_plate="TOUR 3", capacity_cuft=1700))["id"]
        headers, now = await self._begun(client, member, booking, clock)
        return booking, fit, headers, now

    async def test_of_a_move_of_several_days_the_legs_that_follow_go_with_the_load(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking, fit, headers, now = await self._tour(client, mover_a, clock)
        [broken] = booking["truck_ids"]
        body = {"truck_id": broken, "day": DAY, "under_way": True}
        foreseen = await post(client, headers, f"{SWAP}/preview", body)
        done = await post(client, headers, SWAP, body)
        assert foreseen == done
        assert [(one["leg"], one["under_way"], one["truck_ids"]) for one in done["jobs"]] == [
            (0, True, [fit]),
            (1, False, [fit]),
        ]
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert (after["status"], after["truck_ids"]) == ("loading", [fit])
        assert [one["driver_ids"] for one in after["legs"]] == [one["driver_ids"] for one in booking["legs"]]
        assert await self._lane(client, headers, fit) == [("booking", now, "2027-03-08T22:00:00Z")]
        assert await self._lane(client, headers, fit, "2027-03-09") == [
            ("booking", "2027-03-09T16:00:00Z", "2027-03-09T21:00:00Z")
        ]
        assert await self._lane(client, headers, broken, "2027-03-09") == []

    async def test_one_that_breaks_down_on_the_last_leg_has_what_it_did_before(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking, fit, _, _ = await self._tour(client, mover_a, clock)
        [broken] = booking["truck_ids"]
        clock.move_to(datetime.fromisoformat("2027-03-09T17:00:00Z"))
        headers = await signed_in_again(client, mover_a)
        body = {"truck_id": broken, "day": "2027-03-09", "under_way": True}
        done = await post(client, headers, SWAP, body)
        assert [(one["leg"], one["under_way"], one["truck_ids"]) for one in done["jobs"]] == [(1, True, [fit])]
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert [one["truck_ids"] for one in after["legs"]] == [[broken], [fit]]
        assert await self._lane(client, headers, fit, "2027-03-09") == [
            ("booking", "2027-03-09T17:00:00Z", "2027-03-09T21:00:00Z")
        ]
        finished = await post(client, headers, f"/v1/bookings/{booking['id']}/complete", DONE)
        assert finished["status"] == "completed"
        undone = {"reason": "Pressed for the wrong job"}
        await post(client, headers, f"/v1/bookings/{booking['id']}/take-back", undone)
        assert await self._lane(client, headers, fit, "2027-03-09") == [
            ("booking", "2027-03-09T17:00:00Z", "2027-03-09T21:00:00Z")
        ]

    async def test_without_one_that_is_free_for_the_rest_it_is_kept_and_said_why(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a, window=MORNING)
        other = await confirmed(client, mover_a, window=MORNING)
        headers, _ = await self._begun(client, mover_a, booking, clock)
        body = {"truck_id": booking["truck_ids"][0], "day": DAY, "under_way": True}
        done = await post(client, headers, SWAP, body)
        assert (done["is_off"], [one["reason"] for one in done["jobs"]]) == (False, ["no_truck_free"])
        kept = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert kept["truck_ids"] == booking["truck_ids"] != other["truck_ids"]

    async def test_two_at_once_give_it_one_replacement(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a, window=MORNING)
        for number in (1, 2):
            await add_truck(client, mover_a.headers, license_plate=f"BOTH {number}", capacity_cuft=1700)
        headers, _ = await self._begun(client, mover_a, booking, clock)
        body = {"truck_id": booking["truck_ids"][0], "day": DAY, "under_way": True}
        answers = await asyncio.gather(*(client.post(SWAP, headers=headers | new_key(), json=body) for _ in range(2)))
        assert sorted(one.status_code for one in answers) in ([200, 200], [200, 409])
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
        assert len(after["truck_ids"]) == 1
        assert after["truck_ids"] != booking["truck_ids"]

    async def test_on_another_day_it_is_a_swap_of_what_is_to_come(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a, window=MORNING)
        headers, _ = await self._begun(client, mover_a, booking, clock)
        body = {"truck_id": booking["truck_ids"][0], "day": "2027-03-09", "under_way": True}
        assert (await post(client, headers, SWAP, body))["jobs"] == []
