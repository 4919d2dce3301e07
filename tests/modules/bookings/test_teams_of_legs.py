"""A leg of a move of several days has a team of its own, which can be changed alone; each reads what it is on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest

from app.kernel.clock import ManualClock
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import OAKLAND, new_key, write_prices
from tests.factories.calendar import untruths
from tests.factories.fleet import add_driver, add_truck
from tests.factories.market import post
from tests.factories.signing import signed_in_again
from tests.modules.bookings.test_legs import ask, body, crew, tour
from tests.modules.verification.test_documents import show_all_of_california

pytestmark = pytest.mark.integration

Tour = tuple[dict[str, str], dict[str, Any]]


async def agreed(client: httpx.AsyncClient, member: Member) -> Tour:
    """Trucks and people by what they are, and a tour of theirs that is confirmed."""
    has = await crew(client, member)
    has["other"] = (await add_driver(client, member.headers, license_number="T 9"))["id"]
    has["spare"] = (await add_truck(client, member.headers, license_plate="TOUR 9"))["id"]
    made = await ask(client, member, body(tour(has)))
    booking = await post(client, member.headers, f"/v1/bookings/{made.json()['id']}/confirm")
    return has, booking


async def assign(client: httpx.AsyncClient, member: Member, booking: dict[str, Any], **team: Any) -> httpx.Response:
    path = f"/v1/bookings/{booking['id']}/assign"
    return await client.post(path, headers=member.headers | new_key(), json={"truck_ids": [], **team})


async def all_true(logins: Logins, member: Member) -> bool:
    return not any((await untruths(logins, member.org_id, datetime.now(UTC))).values())


class TestAssign:
    async def test_one_leg_gets_another_team_and_the_others_keep_theirs(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        has, booking = await agreed(client, mover_a)
        done = await assign(client, mover_a, booking, leg=0, driver_ids=[has["other"]])
        assert done.status_code == 200, done.text
        after = done.json()
        assert (after["status"], after["version"]) == ("assigned", booking["version"] + 1)
        assert [one["driver_ids"] for one in after["legs"]] == [
            [has["other"]], booking["legs"][1]["driver_ids"], [has["driver"]], [has["driver"]],
        ]  # fmt: skip
        assert [one["is_assigned"] for one in after["legs"]] == [True, False, False, False]
        assert has["packer"] not in after["driver_ids"]
        assert await all_true(logins, mover_a)

    async def test_a_leg_to_come_is_given_another_while_those_before_it_are_under_way(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins, clock: ManualClock
    ):
        has, booking = await agreed(client, mover_a)
        clock.advance(datetime(2027, 3, 11, 18, tzinfo=UTC) - clock.now())
        headers = await signed_in_again(client, mover_a)
        again = replace(mover_a, headers=headers)
        await post(client, headers, f"/v1/bookings/{booking['id']}/start")
        done = await assign(client, again, booking, leg=3, truck_ids=[has["truck"]], driver_ids=[has["other"]])
        assert (done.status_code, done.json()["status"]) == (200, "en_route"), done.text
        late = await assign(client, again, booking, leg=0, driver_ids=[has["other"]])
        assert (late.status_code, late.json()["code"]) == (409, "illegal_step")
        told = await client.get(f"/v1/bookings/{booking['id']}/tracking-link", headers=headers)
        parts = urlsplit(told.json()["url"])
        steps = (await client.get(f"{parts.path}?{parts.query}")).json()["steps"]
        assert [one["status"] for one in steps] == ["held", "confirmed", "en_route"]
        assert await all_true(logins, mover_a)

    @pytest.mark.parametrize(
        ("team", "code"),
        [
            ({}, "has_legs"),
            ({"leg": 4}, "leg_not_found"),
            ({"leg": 1, "truck_ids": ["truck"], "driver_ids": ["helper"]}, "crew_incomplete"),
            ({"leg": 1, "truck_ids": ["small"], "driver_ids": ["driver"]}, "truck_too_small"),
            ({"leg": 1, "truck_ids": ["taken"], "driver_ids": ["driver"]}, "slot_taken"),
            ({"leg": 0, "driver_ids": ["nobody"]}, "resource_not_found"),
        ],
    )
    async def test_what_will_not_do_is_refused_and_nothing_changes(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins, team: dict[str, Any], code: str
    ):
        has = await crew(client, mover_a)
        has["small"] = (await add_truck(client, mover_a.headers, license_plate="T S", capacity_cuft=200))["id"]
        has["taken"] = (await add_truck(client, mover_a.headers, license_plate="T T"))["id"]
        has["nobody"] = "01a1fe65-0000-7000-8000-000000000000"
        off = {"starts_at": "2027-03-12T10:00", "ends_at": "2027-03-12T11:00"}
        await post(client, mover_a.headers, f"/v1/trucks/{has['taken']}/time-off", off, 201)
        estimate = {"volume_cuft": 900, "weight_lb": 6000, "crew_size": 2, "duration_hours": "12"}
        await write_prices(client, mover_a.headers)
        made = await ask(client, mover_a, body(tour(has), price=None) | {"estimate": estimate})
        assert made.status_code == 201, made.text
        booking = await post(client, mover_a.headers, f"/v1/bookings/{made.json()['id']}/confirm")
        named = {key: [has[one] for one in value] if isinstance(value, list) else value for key, value in team.items()}
        told = {"truck_ids": [has["truck"]], "driver_ids": [has["driver"]]} if not team else {}
        refused = await assign(client, mover_a, booking, **({"driver_ids": [has["driver"]]} | told | named))
        assert refused.json()["code"] == code, refused.text
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)).json()
        assert after == booking
        assert await all_true(logins, mover_a)

    async def test_no_truck_at_all_needs_a_leg(self, client: httpx.AsyncClient, mover_a: Member):
        has, booking = await agreed(client, mover_a)
        refused = await assign(client, mover_a, booking, driver_ids=[has["driver"]])
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/truck_ids")

    async def test_in_bulk_too(self, client: httpx.AsyncClient, mover_a: Member, logins: Logins):
        has, booking = await agreed(client, mover_a)
        command = {"booking_id": booking["id"], "command": "assign", "leg": 0, "driver_ids": [has["other"]]}
        done = await post(client, mover_a.headers, "/v1/bookings/bulk", {"commands": [command | {"truck_ids": []}]})
        assert (done["done"], done["items"][0]["status"]) == (1, "assigned")
        assert await all_true(logins, mover_a)

    async def test_of_two_who_want_the_same_driver_at_once_one_gets_him(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        has, booking = await agreed(client, mover_a)
        again = await crew(client, mover_a, 2)
        made = await ask(client, mover_a, body(tour(again)))
        second = await post(client, mover_a.headers, f"/v1/bookings/{made.json()['id']}/confirm")
        answers = await asyncio.gather(
            *(assign(client, mover_a, one, leg=0, driver_ids=[has["other"]]) for one in (booking, second))
        )
        assert sorted(one.status_code for one in answers) == [200, 409]
        assert await all_true(logins, mover_a)


class TestPlans:
    async def test_a_day_gives_a_leg_people_and_leaves_it_its_truck(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        has, booking = await agreed(client, mover_a)
        off = {"starts_at": "2027-03-12T07:00", "ends_at": "2027-03-12T07:30"}
        await post(client, mover_a.headers, f"/v1/drivers/{has['other']}/time-off", off, 201)
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign", {"day": "2027-03-12"})
        legs = {one["leg"]: one for one in plan["jobs"]}
        assert set(legs) == {1, 2}
        assert [legs[number]["truck_ids"] for number in (1, 2)] == [[has["truck"]]] * 2
        assert len(legs[1]["driver_ids"]) == 2
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)).json()
        assert [one["is_assigned"] for one in after["legs"]] == [False, True, True, False]
        assert await all_true(logins, mover_a)
        later = await post(client, mover_a.headers, "/v1/dispatch/auto-assign/preview", {"day": "2027-03-16"})
        assert [one["leg"] for one in later["jobs"]] == [3]

    async def test_a_day_gives_the_packers_no_truck(self, client: httpx.AsyncClient, mover_a: Member):
        await agreed(client, mover_a)
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign", {"day": "2027-03-11"})
        assert [(one["leg"], one["truck_ids"], len(one["driver_ids"])) for one in plan["jobs"]] == [(0, [], 1)]

    async def test_a_leg_whose_truck_lacks_a_paper_is_left_over_and_not_the_whole_day(
        self, client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
    ):
        has = await crew(client, mover_a)
        spare = (await add_truck(client, mover_a.headers, license_plate="TOUR 7"))["id"]
        made = await ask(client, mover_a, body(tour(has), destination=OAKLAND))
        await post(client, mover_a.headers, f"/v1/bookings/{made.json()['id']}/confirm")
        await show_all_of_california(client, staff, mover_a, spare)
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign", {"day": "2027-03-12"})
        assert plan["jobs"] == []
        assert [(one["leg"], one["reason"]) for one in plan["left_over"]] == [
            (1, "no_truck_free"),
            (2, "no_truck_free"),
        ]

    async def test_for_a_broken_truck_all_legs_to_come_get_the_same_other(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        has, booking = await agreed(client, mover_a)
        busy = (await add_truck(client, mover_a.headers, license_plate="TOUR 8"))["id"]
        off = {"starts_at": "2027-03-16T10:00", "ends_at": "2027-03-16T11:00"}
        await post(client, mover_a.headers, f"/v1/trucks/{busy}/time-off", off, 201)
        wish = {"truck_id": has["truck"], "day": "2027-03-12"}
        swapped = await post(client, mover_a.headers, "/v1/dispatch/swap-truck", wish)
        assert [(one["leg"], one["truck_ids"]) for one in swapped["jobs"]] == [(n, [has["spare"]]) for n in (1, 2, 3)]
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)).json()
        assert after["truck_ids"] == [has["spare"]]
        assert await all_true(logins, mover_a)


class TestReading:
    async def test_each_of_the_crew_reads_the_legs_they_are_on(self, client: httpx.AsyncClient, mover_a: Member):
        has, _ = await agreed(client, mover_a)

        async def legs(who: str, day: str) -> list[tuple[int, str]]:
            answer = await client.get(f"/v1/drivers/{has[who]}/jobs?day=2027-03-{day}", headers=mover_a.headers)
            return [(one["leg"], one["on_duty"]["starts_at"]) for one in answer.json()["items"]]

        assert await legs("packer", "11") == [(0, "2027-03-11T17:00:00Z")]
        assert await legs("packer", "12") == []
        assert await legs("driver", "12") == [(1, "2027-03-12T16:00:00Z"), (2, "2027-03-12T22:00:00Z")]
        assert await legs("helper", "14") == []
        assert await legs("driver", "14") == [(2, "2027-03-12T22:00:00Z")]

    async def test_a_board_shows_it_on_the_days_of_its_legs(self, client: httpx.AsyncClient, mover_a: Member):
        has, booking = await agreed(client, mover_a)

        async def shown(query: str) -> list[str]:
            board = await client.get(f"/v1/calendar?{query}", headers=mover_a.headers)
            return [one["id"] for one in board.json()["bookings"]]

        assert await shown("day=2027-03-11") == [booking["id"]]
        assert await shown(f"day=2027-03-11&resource_id={has['truck']}") == []
        assert await shown(f"day=2027-03-14&resource_id={has['truck']}") == [booking["id"]]

    async def test_a_feed_has_an_event_for_each_leg(self, client: httpx.AsyncClient, mover_a: Member):
        has, booking = await agreed(client, mover_a)

        async def read(**wish: str) -> dict[str, Any]:
            feed = await post(client, mover_a.headers, "/v1/calendar-feeds", {"name": "Tour", **wish}, 201)
            parts = urlsplit(feed["url"])
            answer = await client.get(f"{parts.path}?{parts.query}")
            events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
            return {str(one["uid"]).partition("@")[0].removeprefix(booking["id"]): one for one in events}

        before = await read()
        assert list(before) == ["-1", "-2", "-3", "-4"]
        assert [str(before[key]["location"]).rpartition(",")[0].count("Denver") for key in before] == [0, 0, 0, 1]
        assert before["-4"]["dtstart"].to_ical() == b"20270316T150000Z"
        assert list(await read(resource_id=has["packer"])) == ["-1"]
        await assign(client, mover_a, booking, leg=0, driver_ids=[has["other"]])
        after = await read()
        assert all(int(after[key]["sequence"]) > int(before[key]["sequence"]) for key in before)
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "No more"})
        assert {str(one["status"]) for one in (await read()).values()} == {"CANCELLED"}


class TestFromFarAway:
    async def test_who_has_unloaded_there_is_not_back_here_in_an_hour(self, client: httpx.AsyncClient, mover_a: Member):
        """It is 1,200 miles from Denver: neither that afternoon nor the next morning, but on the day after."""
        has, _ = await agreed(client, mover_a)
        back = {"truck_ids": [has["truck"]], "driver_ids": [has["driver"]]}

        async def job(day: str) -> httpx.Response:
            window = {"starts_at": f"2027-03-{day}", "ends_at": f"2027-03-{day[:2]}T23:00"}
            wish = body(tour(has)) | {"legs": None, "window": window, **back}
            return await ask(client, mover_a, {**wish, "destination": wish["origin"]})

        assert [(await job(day)).status_code for day in ("16T20:00", "17T07:00", "18T08:00")] == [409, 409, 201]
