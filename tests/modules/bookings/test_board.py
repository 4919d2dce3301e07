"""The day's board, what is free, and the crew's jobs: what the calendar holds, by the office's wall clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.kernel.geo import Point
from app.kernel.roads import road_miles, road_minutes
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember, register
from tests.factories.bookings import book_by_hand
from tests.factories.fleet import add_helper
from tests.factories.market import Company, book, invite_customers, open_company, post
from tests.factories.signing import signed_in_again

pytestmark = pytest.mark.integration

DAY: Final = "2027-03-08"
NINE: Final = "2027-03-08T17:00:00Z"
ONE: Final = "2027-03-08T21:00:00Z"


async def ask(client: httpx.AsyncClient, headers: dict[str, str], path: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/{path}", headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def confirmed(client: httpx.AsyncClient, member: Member, **changes: Any) -> dict[str, Any]:
    booking = await book_by_hand(client, member.headers, **changes)
    return await post(client, member.headers, f"/v1/bookings/{booking['id']}/confirm")


class TestShowBoard:
    async def test_lanes_hold_bookings_and_time_off_and_whoever_is_free(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        booking = await confirmed(client, mover_a)
        [truck_id], [driver_id] = booking["truck_ids"], booking["driver_ids"]
        helper = await add_helper(client, mover_a.headers)
        off = {"starts_at": "2027-03-08T18:00:00", "ends_at": "2027-03-09T09:00:00"}
        leave = await post(client, mover_a.headers, f"/v1/trucks/{truck_id}/time-off", off, 201)
        board = await ask(client, mover_a.headers, "calendar", day=DAY)
        assert (board["zone"], board["starts_at"], board["ends_at"]) == (
            "America/Los_Angeles",
            "2027-03-08T08:00:00Z",
            "2027-03-09T08:00:00Z",
        )
        job = {"kind": "booking", "source_id": booking["id"], "starts_at": NINE, "ends_at": ONE, "drive": None}
        time_off = {
            "kind": "time_off",
            "source_id": leave["id"],
            "starts_at": "2027-03-09T02:00:00Z",
            "ends_at": "2027-03-09T17:00:00Z",
            "drive": None,
        }
        lanes = {lane["resource_id"]: lane for lane in board["lanes"]}
        assert lanes[truck_id]["taken"] == [job, time_off]
        assert lanes[driver_id]["taken"] == [job]
        assert (lanes[helper["id"]]["name"], lanes[helper["id"]]["taken"]) == (helper["full_name"], [])
        assert [lane["kind"] for lane in board["lanes"]] == ["truck", "helper", "driver"]
        assert [(one["id"], one["status"]) for one in board["bookings"]] == [(booking["id"], "confirmed")]

    async def test_between_two_jobs_stands_the_way_and_whether_there_is_time_for_it(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        first = await confirmed(client, mover_a)
        team = {name: first[name] for name in ("truck_ids", "driver_ids")}
        window = {"starts_at": "2027-03-08T13:45:00", "ends_at": "2027-03-08T15:00:00"}
        second = await confirmed(client, mover_a, window=window, **team)
        ends = [Point.model_validate(first[place]["location"]) for place in ("destination", "origin")]
        way = {"miles": round(road_miles(*ends), 1), "minutes": ceil(road_minutes(*ends)), "gap_minutes": 45}

        async def drives(path: str) -> list[Any]:
            found = await ask(client, mover_a.headers, path, day=DAY)
            jobs = found["items"] if "items" in found else found["lanes"][0]["taken"]
            return [one["drive"] for one in jobs]

        jobs = f"drivers/{second['driver_ids'][0]}/jobs"
        for path in ("calendar", jobs):
            assert await drives(path) == [None, way | {"suffices": True}]
        rules = {"door_codes": False, "turnaround_minutes": 60}
        await client.put("/v1/org/booking-rules", headers=mover_a.headers, json=rules)
        for path in ("calendar", jobs):
            assert await drives(path) == [None, way | {"suffices": False}]

    async def test_a_day_a_week_and_one_resource(self, client: httpx.AsyncClient, mover_a: Member):
        monday = await confirmed(client, mover_a)
        friday = await confirmed(
            client, mover_a, window={"starts_at": "2027-03-12T09:00:00", "ends_at": "2027-03-12T13:00:00"}
        )
        day = await ask(client, mover_a.headers, "calendar", day=DAY)
        week = await ask(client, mover_a.headers, "calendar", day=DAY, view="week")
        one = await ask(client, mover_a.headers, "calendar", day=DAY, view="week", resource_id=friday["truck_ids"][0])
        assert [[b["id"] for b in board["bookings"]] for board in (day, week, one)] == [
            [monday["id"]],
            [monday["id"], friday["id"]],
            [friday["id"]],
        ]
        assert [lane["resource_id"] for lane in one["lanes"]] == friday["truck_ids"]

    async def test_what_has_ended_takes_nothing(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        cancelled, held = await confirmed(client, mover_a), await book_by_hand(client, mover_a.headers)
        await post(client, mover_a.headers, f"/v1/bookings/{cancelled['id']}/cancel", {"reason": "No more."})
        before = await ask(client, mover_a.headers, "calendar", day=DAY)
        assert [one["id"] for one in before["bookings"]] == [held["id"]]
        clock.advance(timedelta(minutes=14, seconds=59))
        last = await ask(client, mover_a.headers, "calendar", day=DAY)
        assert last["bookings"] == before["bookings"]
        clock.advance(timedelta(seconds=1))
        after = await ask(client, await signed_in_again(client, mover_a), "calendar", day=DAY)
        assert after["bookings"] == []
        assert all(lane["taken"] == [] for lane in after["lanes"])

    async def test_another_companys_truck_is_not_found_and_its_jobs_are_not_seen(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ):
        booking = await confirmed(client, mover_a)
        seen = await ask(client, mover_b.headers, "calendar", day=DAY)
        assert (seen["lanes"], seen["bookings"]) == ([], [])
        query = {"day": DAY, "resource_id": booking["truck_ids"][0]}
        answer = await client.get("/v1/calendar", headers=mover_b.headers, params=query)
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")

    @pytest.mark.parametrize(
        ("timezone", "day", "hours"),
        [
            ("America/Los_Angeles", "2027-03-14", 23),
            ("America/Los_Angeles", "2027-11-07", 25),
            ("America/Phoenix", "2027-03-14", 24),
            ("America/Phoenix", "2027-11-07", 24),
        ],
    )
    async def test_a_day_is_as_long_as_its_clocks_make_it(
        self, client: httpx.AsyncClient, timezone: str, day: str, hours: int
    ):
        member = await register(client, timezone=timezone)
        board = await ask(client, member.headers, "calendar", day=day)
        starts, ends = (datetime.fromisoformat(board[name]) for name in ("starts_at", "ends_at"))
        assert ends - starts == timedelta(hours=hours)


class TestListJobs:
    async def test_today_and_another_day_with_places_and_whom_to_call(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a)
        await book_by_hand(client, mover_a.headers)
        path = f"drivers/{booking['driver_ids'][0]}/jobs"
        assert (await ask(client, mover_a.headers, path))["items"] == []
        assert (await ask(client, mover_a.headers, path, day=DAY))["items"] == [
            booking
            | {"leg": None, "drive": None, "on_duty": {name: booking[name] for name in ("starts_at", "ends_at")}}
        ]

    async def test_a_hold_is_no_job(self, client: httpx.AsyncClient, mover_a: Member):
        held = await book_by_hand(client, mover_a.headers)
        path = f"drivers/{held['driver_ids'][0]}/jobs"
        assert (await ask(client, mover_a.headers, path, day=DAY))["items"] == []


class TestShowAvailability:
    @pytest.fixture
    async def company(self, client: httpx.AsyncClient, staff: StaffMember) -> Company:
        return await open_company(client, staff.headers)

    async def test_free_then_taken_then_free_again_after_it(
        self, client: httpx.AsyncClient, company: Company, resources: Resources
    ):
        query = {"starts_at": f"{DAY}T09:00:00", "ends_at": f"{DAY}T12:00:00", "volume_cuft": 600, "crew_size": 2}
        before = await ask(client, company.headers, "availability", **query)
        assert (before["fits"], before["busy"]) == (True, [])
        assert {one["resource_id"] for one in before["free"]} == set(company.resource_ids)
        [customer] = await invite_customers(resources, 1)
        booking = await book(client, customer, company, f"{DAY}T09:00:00-08:00")
        after = await ask(client, company.headers, "availability", **query)
        window = {name: booking[name] for name in ("starts_at", "ends_at")}
        assert (after["fits"], after["free"]) == (False, [])
        assert {one["resource_id"]: one["windows"] for one in after["busy"]} == {
            taken: [window] for taken in company.resource_ids
        }
        assert len(after["next_windows"]) == 3
        for free in after["next_windows"]:
            again = await ask(client, company.headers, "availability", **{**query, **free})
            assert again["fits"]

    async def test_too_large_a_job_fits_nowhere(self, client: httpx.AsyncClient, company: Company):
        query = {"starts_at": f"{DAY}T09:00:00", "volume_cuft": 5000}
        seen = await ask(client, company.headers, "availability", **query)
        assert (seen["fits"], seen["next_windows"]) == (False, [])

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T08:00:00"}, "window_refused"),
            ({"starts_at": "2027-02-08T09:00:00"}, "window_refused"),
            ({"starts_at": "2027-03-14T02:30:00"}, "local_time_refused"),
            ({"starts_at": "soon"}, "validation_failed"),
        ],
    )
    async def test_a_window_that_cannot_be_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, query: dict[str, str], code: str
    ):
        answer = await client.get("/v1/availability", headers=mover_a.headers, params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["errors"][0]["pointer"] in {"query:starts_at", "query:ends_at"}
