"""A day's jobs are given the best teams at once, as they were seen or not at all, and each says why."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from tests.conftest import Member
from tests.factories.bookings import OAKLAND, SMALL_JOB, book_by_hand, new_key, write_prices
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_helper, add_truck
from tests.factories.market import post

pytestmark = pytest.mark.integration

DAY: Final = "2027-03-08"
PREVIEW: Final = "/v1/dispatch/auto-assign/preview"
APPLY: Final = "/v1/dispatch/auto-assign"
MORNING: Final = {"starts_at": "2027-03-08T08:00:00", "ends_at": "2027-03-08T11:00:00"}
NOON: Final = {"starts_at": "2027-03-08T12:00:00", "ends_at": "2027-03-08T15:00:00"}
LATE: Final = {"starts_at": "2027-03-08T21:00:00", "ends_at": "2027-03-08T23:30:00"}


async def confirmed(client: httpx.AsyncClient, member: Member, **changes: Any) -> dict[str, Any]:
    booking = await book_by_hand(client, member.headers, **changes)
    return await post(client, member.headers, f"/v1/bookings/{booking['id']}/confirm")


async def foresee(client: httpx.AsyncClient, member: Member, **changes: Any) -> dict[str, Any]:
    return await post(client, member.headers, PREVIEW, {"day": DAY, **changes})


async def seen(client: httpx.AsyncClient, member: Member, booking: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"/v1/bookings/{booking['id']}", headers=member.headers)
    told: dict[str, Any] = answer.json()
    return told


async def test_one_truck_does_two_jobs_that_two_were_held_for(client: httpx.AsyncClient, mover_a: Member):
    """Each was booked with a truck of its own; the second begins near where the first ends."""
    await write_prices(client, mover_a.headers)
    first = await confirmed(client, mover_a, estimate=SMALL_JOB, window=MORNING)
    second = await confirmed(
        client, mover_a, estimate=SMALL_JOB, window=NOON, origin=OAKLAND, destination=SAN_FRANCISCO
    )
    plan = await foresee(client, mover_a)
    assert (plan["is_best"], plan["left_over"]) == (True, [])
    assert [one["booking_id"] for one in plan["jobs"]] == [first["id"], second["id"]]
    assert len({truck for one in plan["jobs"] for truck in one["truck_ids"]}) == 1
    assert [one["spare_cuft"] for one in plan["jobs"]] == [1000, 1000]
    assert plan["jobs"][0]["drive_minutes"] == 0  # the yard is at the pickup
    assert plan["jobs"][1]["drive_minutes"] == 0  # and the second begins where the first ends


async def test_nothing_changes_by_looking_and_the_same_is_seen_twice(client: httpx.AsyncClient, mover_a: Member):
    booking = await confirmed(client, mover_a)
    plan = await foresee(client, mover_a)
    assert plan == await foresee(client, mover_a)
    assert await seen(client, mover_a, booking) == booking


async def test_the_plan_that_was_seen_is_applied(client: httpx.AsyncClient, mover_a: Member):
    booking = await confirmed(client, mover_a)
    plan = await foresee(client, mover_a)
    done = await post(client, mover_a.headers, APPLY, {"day": DAY, "plan": plan["plan"]})
    assert done == plan
    after = await seen(client, mover_a, booking)
    assert (after["status"], after["truck_ids"]) == ("assigned", plan["jobs"][0]["truck_ids"])
    assert (await foresee(client, mover_a))["jobs"] == []
    again = await foresee(client, mover_a, include_assigned=True)
    assert [one["is_changed"] for one in again["jobs"]] == [False]


async def test_a_plan_of_another_day_than_it_is_by_now_is_refused(client: httpx.AsyncClient, mover_a: Member):
    first = await confirmed(client, mover_a)
    plan = await foresee(client, mover_a)
    await confirmed(client, mover_a, window=LATE)
    answer = await client.post(APPLY, headers=mover_a.headers | new_key(), json={"day": DAY, "plan": plan["plan"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_changed")
    assert (await seen(client, mover_a, first))["status"] == "confirmed"


async def test_two_jobs_trade_their_trucks(client: httpx.AsyncClient, mover_a: Member):
    """The small truck is at the large job's hour and the other way round: all or none, no truck is free meanwhile."""
    await write_prices(client, mover_a.headers)
    small = await add_truck(client, mover_a.headers, license_plate="SMALL 1", capacity_cuft=700)
    large = await add_truck(client, mover_a.headers, license_plate="LARGE 1", capacity_cuft=1500)
    drivers = [await add_driver(client, mover_a.headers, license_number=f"T{n}") for n in (1, 2)]
    tiny, big = {**SMALL_JOB, "volume_cuft": 300}, {**SMALL_JOB, "volume_cuft": 650}
    one = await confirmed(client, mover_a, estimate=tiny, truck_ids=[large["id"]], driver_ids=[drivers[0]["id"]])
    other = await confirmed(client, mover_a, estimate=big, truck_ids=[small["id"]], driver_ids=[drivers[1]["id"]])
    # Neither has room for more than one at this hour: the spare trucks of the factory are taken off.
    trucks = (await client.get("/v1/trucks?limit=50", headers=mover_a.headers)).json()["items"]
    off = {"starts_at": "2027-03-08T00:00:00", "ends_at": "2027-03-09T00:00:00"}
    for truck in trucks:
        if truck["id"] not in {small["id"], large["id"]}:
            await post(client, mover_a.headers, f"/v1/trucks/{truck['id']}/time-off", off, 201)
    await client.patch(f"/v1/trucks/{small['id']}", headers=mover_a.headers, json={"capacity_cuft": 500})
    plan = await post(client, mover_a.headers, APPLY, {"day": DAY})
    teams = {job["booking_id"]: job["truck_ids"] for job in plan["jobs"]}
    assert teams == {one["id"]: [small["id"]], other["id"]: [large["id"]]}
    assert (await seen(client, mover_a, other))["truck_ids"] == [large["id"]]


@pytest.mark.parametrize(
    ("size", "reason"), [({"capacity_cuft": 500}, "too_large"), ({}, None)], ids=["shrunk", "as it was"]
)
async def test_a_job_left_over_says_why_and_keeps_what_it_has(
    client: httpx.AsyncClient, mover_a: Member, size: dict[str, Any], reason: str | None
):
    await write_prices(client, mover_a.headers)
    booking = await confirmed(client, mover_a, estimate=SMALL_JOB)
    if size:
        path = f"/v1/trucks/{booking['truck_ids'][0]}"
        assert (await client.patch(path, headers=mover_a.headers, json=size)).status_code == 200
    plan = await post(client, mover_a.headers, APPLY, {"day": DAY})
    assert [one["reason"] for one in plan["left_over"]] == ([reason] if reason else [])
    after = await seen(client, mover_a, booking)
    assert (after["status"], after["truck_ids"]) == ("confirmed" if reason else "assigned", booking["truck_ids"])


async def test_nobody_works_more_than_fourteen_hours(client: httpx.AsyncClient, mover_a: Member):
    """Eight in the morning to half past eleven at night is fifteen and a half: two drivers do it, one cannot."""
    await write_prices(client, mover_a.headers)
    await confirmed(client, mover_a, estimate=SMALL_JOB, window=MORNING)
    await confirmed(client, mover_a, estimate=SMALL_JOB | {"duration_hours": "2.5"}, window=LATE)
    plan = await foresee(client, mover_a)
    assert plan["left_over"] == []
    assert len({one for job in plan["jobs"] for one in job["driver_ids"]}) == 2


async def test_a_heavy_truck_is_driven_by_who_may(client: httpx.AsyncClient, mover_a: Member):
    await write_prices(client, mover_a.headers)
    heavy = await add_truck(client, mover_a.headers, license_plate="HEAVY 1", max_weight_lb=20_000)
    plain = await add_driver(client, mover_a.headers, license_number="P1", license_class="B")
    job = {**SMALL_JOB, "weight_lb": 15_000}
    await confirmed(client, mover_a, estimate=job, truck_ids=[heavy["id"]], driver_ids=[plain["id"]])
    path = f"/v1/drivers/{plain['id']}"
    assert (await client.patch(path, headers=mover_a.headers, json={"license_class": "C"})).status_code == 200
    refused = await foresee(client, mover_a)
    assert [one["reason"] for one in refused["left_over"]] == ["no_license"]
    licensed = await add_driver(client, mover_a.headers, license_number="P2", license_class="CDL B")
    plan = await foresee(client, mover_a)
    assert [one["driver_ids"] for one in plan["jobs"]] == [[licensed["id"]]]


async def test_who_carries_is_not_who_could_drive(client: httpx.AsyncClient, mover_a: Member):
    await write_prices(client, mover_a.headers)
    helper = await add_helper(client, mover_a.headers)
    driver = await add_driver(client, mover_a.headers, license_number="X1")
    await add_driver(client, mover_a.headers, license_number="X2")
    body = {**SMALL_JOB, "crew_size": 2}
    booking = await confirmed(client, mover_a, estimate=body, driver_ids=[driver["id"], helper["id"]])
    plan = await foresee(client, mover_a)
    [job] = plan["jobs"]
    assert set(job["driver_ids"]) == {driver["id"], helper["id"]} == set(booking["driver_ids"])


async def test_another_companys_day_is_empty(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    await confirmed(client, mover_a)
    plan = await foresee(client, mover_b)
    assert (plan["jobs"], plan["left_over"]) == ([], [])
