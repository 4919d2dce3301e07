"""A driver sees the jobs that they are on, and no others: by every way that leads to a booking."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import Member, register
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.callers import sign_in_member
from tests.factories.fleet import add_driver, is_driver
from tests.factories.signing import signed_in_again
from tests.modules.bookings.test_tracking import post

pytestmark = pytest.mark.integration

Headers = dict[str, str]
MONDAY = "2027-03-08"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
async def driver(client: httpx.AsyncClient, resources: Resources, mover_a: Member) -> Headers:
    """Signed in, and not known to be one of the crew yet."""
    return await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)


@pytest.fixture
async def own(client: httpx.AsyncClient, mover_a: Member, driver: Headers) -> dict[str, Any]:
    """The driver's confirmed job of Monday."""
    booking = await book_by_hand(client, mover_a.headers)
    await is_driver(client, mover_a.headers, booking["driver_ids"][0], driver)
    return await post(client, mover_a.headers, booking, "confirm")


@pytest.fixture
async def others(client: httpx.AsyncClient, mover_a: Member) -> dict[str, Any]:
    """A colleague's confirmed job of Monday."""
    return await post(client, mover_a.headers, await book_by_hand(client, mover_a.headers), "confirm")


async def seen(client: httpx.AsyncClient, headers: Headers) -> list[str]:
    listed = await client.get("/v1/bookings?limit=100", headers=headers)
    assert listed.status_code == 200, listed.text
    return [one["id"] for one in listed.json()["items"]]


async def test_lists_and_single_bookings_are_the_drivers_own(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any], others: dict[str, Any]
):
    assert await seen(client, driver) == [own["id"]]
    assert set(await seen(client, mover_a.headers)) == {own["id"], others["id"]}
    for tail in ("", "/history"):
        assert (await client.get(f"/v1/bookings/{own['id']}{tail}", headers=driver)).status_code == 200
        refused = await client.get(f"/v1/bookings/{others['id']}{tail}", headers=driver)
        assert refusal(refused) == (404, "booking_not_found")


async def test_what_leaving_a_job_costs_is_not_a_drivers_to_know(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any]
):
    path = f"/v1/bookings/{own['id']}/cancellation"
    assert (await client.get(path, headers=driver)).status_code == 403
    assert (await client.get(path, headers=mover_a.headers)).status_code == 200


async def test_steps_are_reported_of_own_jobs_alone(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any], others: dict[str, Any]
):
    for step in ("start", "arrive", "load", "depart", "unload", "complete", "no-show"):
        body = {"actual_hours": 3, "actual_distance_miles": 9} if step == "complete" else None
        refused = await client.post(f"/v1/bookings/{others['id']}/{step}", json=body, headers=driver | new_key())
        assert refusal(refused) == (404, "booking_not_found"), step
    untouched = await client.get(f"/v1/bookings/{others['id']}", headers=mover_a.headers)
    assert untouched.json() == others
    for step in ("start", "arrive", "load", "depart", "unload", "complete"):
        body = {"actual_hours": 3, "actual_distance_miles": 9} if step == "complete" else None
        done = await client.post(f"/v1/bookings/{own['id']}/{step}", json=body, headers=driver | new_key())
        assert done.status_code == 200, (step, done.text)


async def test_the_board_and_the_days_jobs_are_the_drivers_own(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any], others: dict[str, Any]
):
    board = (await client.get(f"/v1/calendar?day={MONDAY}", headers=driver)).json()
    assert [lane["resource_id"] for lane in board["lanes"]] == own["driver_ids"]
    assert [one["id"] for one in board["bookings"]] == [own["id"]]
    foreign = others["driver_ids"][0]
    for path in (f"/v1/calendar?day={MONDAY}&resource_id={foreign}", f"/v1/drivers/{foreign}/jobs?day={MONDAY}"):
        assert refusal(await client.get(path, headers=driver)) == (404, "resource_not_found")
        assert (await client.get(path, headers=mover_a.headers)).status_code == 200
    jobs = await client.get(f"/v1/drivers/{own['driver_ids'][0]}/jobs?day={MONDAY}", headers=driver)
    assert [one["id"] for one in jobs.json()["items"]] == [own["id"]]


async def test_who_is_none_of_the_crew_sees_nothing(client: httpx.AsyncClient, driver: Headers, others: dict[str, Any]):
    assert await seen(client, driver) == []
    assert refusal(await client.get(f"/v1/bookings/{others['id']}", headers=driver)) == (404, "booking_not_found")
    assert refusal(await client.get("/v1/calendar", headers=driver)) == (404, "resource_not_found")


async def test_taken_off_a_job_the_driver_sees_it_no_more(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any]
):
    relief = await add_driver(client, mover_a.headers, license_number="RELIEF 1")
    team = {"truck_ids": own["truck_ids"], "driver_ids": [relief["id"]]}
    swapped = await client.post(f"/v1/bookings/{own['id']}/assign", json=team, headers=mover_a.headers | new_key())
    assert swapped.status_code == 200, swapped.text
    assert await seen(client, driver) == []


async def test_the_link_goes_with_the_member_and_with_the_driver(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any]
):
    me = (await client.get("/v1/auth/me", headers=driver)).json()["user"]["id"]
    here = f"/v1/drivers/{own['driver_ids'][0]}"
    assert (await client.get(here, headers=mover_a.headers)).json()["user_id"] == me
    members = (await client.get("/v1/org/members", headers=mover_a.headers)).json()["items"]
    [member] = [one["id"] for one in members if one["user_id"] == me]
    assert (await client.delete(f"/v1/org/members/{member}", headers=mover_a.headers)).status_code == 204
    assert (await client.get(here, headers=mover_a.headers)).json()["user_id"] is None


async def test_only_a_member_of_the_company_is_linked_and_to_one_of_the_crew(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any]
):
    stranger = await register(client)
    other = await add_driver(client, mover_a.headers, license_number="OTHER 1")
    strangers = (await client.get("/v1/auth/me", headers=stranger.headers)).json()["user"]["id"]
    me = (await client.get("/v1/auth/me", headers=driver)).json()["user"]["id"]
    path = f"/v1/drivers/{other['id']}"
    for user_id in (strangers, other["id"]):
        refused = await client.patch(path, json={"user_id": user_id}, headers=mover_a.headers)
        assert refusal(refused) == (422, "member_unknown")
        assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/user_id"]
    assert refusal(await client.patch(path, json={"user_id": me}, headers=mover_a.headers)) == (409, "member_taken")
    unlinked = await client.patch(
        f"/v1/drivers/{own['driver_ids'][0]}", json={"user_id": None}, headers=mover_a.headers
    )
    assert unlinked.status_code == 200
    assert (await client.patch(path, json={"user_id": me}, headers=mover_a.headers)).status_code == 200
    assert await seen(client, driver) == []
    assert (await client.patch(path, json={"user_id": None}, headers=driver)).status_code == 403


async def test_the_limit_does_not_outlive_its_transaction(
    client: httpx.AsyncClient, mover_a: Member, driver: Headers, own: dict[str, Any]
):
    """On one connection after the other: whoever comes next is limited by nothing of the driver's."""
    for _ in range(3):
        assert await seen(client, driver) == [own["id"]]
        assert own["id"] in await seen(client, mover_a.headers)


class TestSightings:
    """Of a job from nine to one, by the clock of San Francisco."""

    async def test_a_driver_tells_of_the_truck_of_a_job_of_now(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, clock: ManualClock
    ):
        own, other = await two_jobs(client, mover_a)
        for instant, wanted in (
            (datetime(2027, 3, 8, 5, tzinfo=UTC), 404),
            (datetime(2027, 3, 8, 5, 0, 1, tzinfo=UTC), 200),
            (datetime(2027, 3, 8, 18, tzinfo=UTC), 200),
            (datetime(2027, 3, 9, 8, 59, 59, tzinfo=UTC), 200),
            (datetime(2027, 3, 9, 9, tzinfo=UTC), 404),
        ):
            clock.advance(instant - clock.now())
            driver = await signed_in_as(client, resources, mover_a, own["driver_ids"][0])
            assert (await sight(client, driver, own, clock)).status_code == wanted, instant
            assert refusal(await sight(client, driver, other, clock)) == (404, "truck_not_found"), instant

    async def test_whose_truck_it_is_not_leaves_the_honest_report_in_place(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, clock: ManualClock
    ):
        own, other = await two_jobs(client, mover_a)
        clock.advance(datetime(2027, 3, 8, 18, tzinfo=UTC) - clock.now())
        driver = await signed_in_as(client, resources, mover_a, own["driver_ids"][0])
        colleague = await signed_in_as(client, resources, mover_a, other["driver_ids"][0])
        refused = await sight(client, driver, other, clock, ahead=59)
        assert refusal(refused) == (404, "truck_not_found")
        told = await sight(client, colleague, other, clock)
        assert told.status_code == 200
        shown = await client.get(f"/v1/trucks/{other['truck_ids'][0]}", headers=colleague)
        assert shown.json()["last_seen"] == told.json()

    async def test_a_fast_clock_does_not_outdo_the_other_driver_of_the_job(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, clock: ManualClock
    ):
        own, _ = await two_jobs(client, mover_a)
        second = await add_driver(client, mover_a.headers, license_number="SECOND 1")
        team = {"truck_ids": own["truck_ids"], "driver_ids": [*own["driver_ids"], second["id"]]}
        own = await post(client, mover_a.headers, own, "assign", team)
        clock.advance(datetime(2027, 3, 8, 18, tzinfo=UTC) - clock.now())
        fast, right = [await signed_in_as(client, resources, mover_a, one) for one in team["driver_ids"]]
        early = await sight(client, fast, own, clock, ahead=59)
        assert early.json()["recorded_at"] == "2027-03-08T18:00:00Z"
        clock.advance(timedelta(seconds=1))
        told = await sight(client, right, own, clock)
        assert (told.status_code, told.json()["recorded_at"]) == (200, "2027-03-08T18:00:01Z")

    async def test_taken_off_the_job_or_none_of_the_crew_tells_of_nothing(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, clock: ManualClock
    ):
        own, _ = await two_jobs(client, mover_a)
        relief = await add_driver(client, mover_a.headers, license_number="RELIEF 1")
        team = {"truck_ids": own["truck_ids"], "driver_ids": [relief["id"]]}
        await post(client, mover_a.headers, own, "assign", team)
        clock.advance(datetime(2027, 3, 8, 18, tzinfo=UTC) - clock.now())
        former = await signed_in_as(client, resources, mover_a, own["driver_ids"][0])
        nobody = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        for headers in (former, nobody):
            assert refusal(await sight(client, headers, own, clock)) == (404, "truck_not_found")
        now_on_it = await signed_in_as(client, resources, mover_a, relief["id"])
        assert (await sight(client, now_on_it, own, clock)).status_code == 200


async def two_jobs(client: httpx.AsyncClient, owner: Member) -> list[dict[str, Any]]:
    """Two confirmed jobs of Monday, each with a truck and a driver of its own."""
    return [await post(client, owner.headers, await book_by_hand(client, owner.headers), "confirm") for _ in range(2)]


async def signed_in_as(client: httpx.AsyncClient, resources: Resources, owner: Member, driver_id: str) -> Headers:
    """A member who drives and is from now on this one of the crew."""
    headers = await sign_in_member(client, resources, owner.org_id, Role.DRIVER)
    await is_driver(client, await signed_in_again(client, owner), driver_id, headers)
    return headers


async def sight(
    client: httpx.AsyncClient, headers: Headers, booking: dict[str, Any], clock: ManualClock, ahead: int = 0
) -> httpx.Response:
    told = {
        "location": {"lat": 37.8, "lng": -122.3},
        "recorded_at": (clock.now() + timedelta(seconds=ahead)).isoformat(),
    }
    return await client.put(f"/v1/trucks/{booking['truck_ids'][0]}/location", headers=headers, json=told)
