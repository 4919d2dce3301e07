"""A job that was reported by mistake is brought back to where it stood, and its truck to the job."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import DONE, SMALL_JOB, book_by_hand, complete, issue, new_key, write_prices
from tests.factories.callers import sign_in_member
from tests.factories.market import post
from tests.factories.signing import signed_in_again
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

MISTAKE: Final = {"reason": "It was the other Moss."}
HOUR: Final = timedelta(hours=1)


async def confirmed(client: httpx.AsyncClient, member: Member, **changes: Any) -> dict[str, Any]:
    booking = await book_by_hand(client, member.headers, **changes)
    return await post(client, member.headers, f"/v1/bookings/{booking['id']}/confirm")


async def shown(client: httpx.AsyncClient, headers: dict[str, str], booking: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get(f"/v1/bookings/{booking['id']}", headers=headers)).json()
    return told


async def taken(client: httpx.AsyncClient, headers: dict[str, str], truck_id: str) -> list[tuple[str, str]]:
    board = await client.get("/v1/calendar", headers=headers, params={"day": "2027-03-08", "resource_id": truck_id})
    [lane] = board.json()["lanes"]
    return [(one["starts_at"], one["ends_at"]) for one in lane["taken"]]


def path(booking: dict[str, Any], step: str = "take-back") -> str:
    return f"/v1/bookings/{booking['id']}/{step}"


async def on_its_day(client: httpx.AsyncClient, member: Member, clock: ManualClock, booking: dict[str, Any]) -> Any:
    """The headers, one hour after it began."""
    clock.move_to(datetime.fromisoformat(booking["starts_at"]) + HOUR)
    return await signed_in_again(client, member)


class TestBeforeItsDay:
    async def test_it_stands_as_if_nothing_had_been_reported_and_has_another_time_again(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        await write_prices(client, mover_a.headers)
        booking = await confirmed(client, mover_a, estimate=SMALL_JOB)
        await complete(client, mover_a.headers, booking["id"])
        told = await post(client, mover_a.headers, path(booking), MISTAKE)
        assert told == {"booking_id": booking["id"], "status": "confirmed"}
        after = await shown(client, mover_a.headers, booking)
        gone = ("started_at", "completed_at", "final_price")
        assert ([after[name] for name in gone], after["price"]) == ([None] * 3, booking["price"])
        truck = booking["truck_ids"][0]
        assert await taken(client, mover_a.headers, truck) == [(booking["starts_at"], booking["ends_at"])]
        learnt = await client.get("/v1/org/estimator", headers=mover_a.headers)
        assert learnt.json()["jobs"] == 0
        later = {"starts_at": "2027-03-09T09:00:00", "expected_total": booking["price"]["total"]}
        moved = await post(client, mover_a.headers, path(booking, "reschedule"), later)
        assert moved["status"] == "confirmed"
        history = (await client.get(path(booking, "history"), headers=mover_a.headers)).json()["items"]
        [step] = [one for one in history if one["from_status"] == "completed"]
        assert (step["to_status"], step["note"]) == ("confirmed", MISTAKE["reason"])

    async def test_a_start_alone_is_taken_back_too(self, client: httpx.AsyncClient, mover_a: Member):
        booking = await confirmed(client, mover_a)
        crew = {name: booking[name] for name in ("truck_ids", "driver_ids")}
        await post(client, mover_a.headers, path(booking, "assign"), crew)
        for step in ("start", "arrive"):
            await post(client, mover_a.headers, path(booking, step))
        assert (await post(client, mover_a.headers, path(booking), MISTAKE))["status"] == "assigned"


class TestOnItsDay:
    async def test_a_job_that_is_done_early_gives_truck_and_crew_back_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a)
        headers = await on_its_day(client, mover_a, clock, booking)
        await complete(client, headers, booking["id"])
        now = clock.now().isoformat().replace("+00:00", "Z")
        assert await taken(client, headers, booking["truck_ids"][0]) == [(booking["starts_at"], now)]
        clock.advance(timedelta(minutes=1))
        window = {"starts_at": "2027-03-08T10:30:00", "ends_at": "2027-03-08T12:00:00"}
        crew = {name: booking[name] for name in ("truck_ids", "driver_ids")}
        # From the last stop to the next pickup it takes twenty minutes.
        await book_by_hand(client, headers, window=window, **crew)

    async def test_it_goes_on_from_the_step_before_with_the_rest_of_its_window(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a)
        headers = await on_its_day(client, mover_a, clock, booking)
        for step in ("start", "load"):
            await post(client, headers, path(booking, step))
        await post(client, headers, path(booking, "complete"), DONE)
        clock.advance(timedelta(minutes=5))
        assert (await post(client, headers, path(booking), MISTAKE))["status"] == "loading"
        now = clock.now().isoformat().replace("+00:00", "Z")
        assert (await taken(client, headers, booking["truck_ids"][0]))[-1] == (now, booking["ends_at"])
        again = await post(client, headers, path(booking, "complete"), DONE | {"actual_hours": "4"})
        assert again["status"] == "completed"

    async def test_not_when_somebody_else_has_the_truck_by_now(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        booking = await confirmed(client, mover_a)
        headers = await on_its_day(client, mover_a, clock, booking)
        done = await complete(client, headers, booking["id"])
        window = {"starts_at": "2027-03-08T11:00:00", "ends_at": "2027-03-08T12:00:00"}
        crew = {name: booking[name] for name in ("truck_ids", "driver_ids")}
        await book_by_hand(client, headers, window=window, **crew)
        refused = await client.post(path(booking), headers=headers | new_key(), json=MISTAKE)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
        assert sorted(refused.json()["resource_ids"]) == sorted([*booking["truck_ids"], *booking["driver_ids"]])
        assert await shown(client, headers, booking) == done


class TestRefused:
    async def test_what_is_billed_stands(self, client: httpx.AsyncClient, mover_a: Member):
        booking = await confirmed(client, mover_a)
        await complete(client, mover_a.headers, booking["id"])
        await issue(client, mover_a.headers, booking["id"])
        refused = await client.post(path(booking), headers=mover_a.headers | new_key(), json=MISTAKE)
        assert (refused.status_code, refused.json()["code"]) == (409, "already_invoiced")

    async def test_an_invoice_and_a_mistake_at_once_leave_one_of_them(self, client: httpx.AsyncClient, mover_a: Member):
        booking = await confirmed(client, mover_a)
        await complete(client, mover_a.headers, booking["id"])
        answers = await asyncio.gather(
            client.post(path(booking), headers=mover_a.headers | new_key(), json=MISTAKE),
            client.post(path(booking, "invoice"), headers=mover_a.headers | new_key()),
            client.post(path(booking), headers=mover_a.headers | new_key(), json=MISTAKE),
        )
        assert sum(one.is_success for one in answers) == 1
        assert {one.json()["code"] for one in answers if not one.is_success} <= {
            "already_invoiced",
            "booking_not_completed",
            "illegal_step",
        }

    @pytest.mark.parametrize("steps", [(), ("cancel",)])
    async def test_nor_is_there_anything_to_take_back_of_what_was_not_reported(
        self, client: httpx.AsyncClient, mover_a: Member, steps: tuple[str, ...]
    ):
        booking = await confirmed(client, mover_a)
        for step in steps:
            await post(client, mover_a.headers, path(booking, step), MISTAKE)
        refused = await client.post(path(booking), headers=mover_a.headers | new_key(), json=MISTAKE)
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_step")

    async def test_on_the_day_a_start_stands(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        booking = await confirmed(client, mover_a)
        headers = await on_its_day(client, mover_a, clock, booking)
        await post(client, headers, path(booking, "start"))
        refused = await client.post(path(booking), headers=headers | new_key(), json=MISTAKE)
        assert (refused.status_code, refused.json()["code"]) == (409, "illegal_step")

    async def test_without_a_reason_by_a_dispatcher_or_of_another_company(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, resources: Resources
    ):
        booking = await confirmed(client, mover_a)
        await complete(client, mover_a.headers, booking["id"])
        empty = await client.post(path(booking), headers=mover_a.headers | new_key(), json={})
        assert (empty.status_code, faults(empty)) == (422, [("/reason", "required")])
        other = await client.post(path(booking), headers=mover_b.headers | new_key(), json=MISTAKE)
        assert (other.status_code, other.json()["code"]) == (404, "booking_not_found")
        dispatcher = await sign_in_member(client, resources, mover_a.org_id, Role.DISPATCHER)
        refused = await client.post(path(booking), headers=dispatcher | new_key(), json=MISTAKE)
        assert (refused.status_code, refused.json()["code"]) == (403, "role_not_allowed")
        assert (await shown(client, mover_a.headers, booking))["status"] == "completed"
