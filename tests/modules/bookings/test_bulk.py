"""Commands on many bookings at once: each done or refused by itself, in the order they were given."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.conftest import Logins, Member, register
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.calendar import administrator
from tests.factories.fleet import add_truck
from tests.factories.market import post

pytestmark = pytest.mark.integration

BULK: Final = "/v1/bookings/bulk"


async def run(client: httpx.AsyncClient, member: Member, *commands: dict[str, Any]) -> dict[str, Any]:
    return await post(client, member.headers, BULK, {"commands": list(commands)})


def told(found: dict[str, Any]) -> list[str]:
    return [one["refused"]["code"] if one["refused"] else one["status"] for one in found["items"]]


async def events_of(logins: Logins, booking_id: str) -> list[str]:
    async with administrator(logins) as admin:
        query = "SELECT name FROM app.outbox_events WHERE payload->>'booking_id' = $1 ORDER BY id"
        return [row["name"] for row in await admin.fetch(query, booking_id)]


async def test_each_has_its_result_and_a_refusal_leaves_nothing_behind(
    committed_client: httpx.AsyncClient, logins: Logins
):
    client = committed_client
    member = await register(client)
    first, second, third = [await book_by_hand(client, member.headers) for _ in range(3)]
    await post(client, member.headers, f"/v1/bookings/{third['id']}/confirm")
    spare = await add_truck(client, member.headers, license_plate="SPARE 9")
    nobody = "01a1fe65-0000-7000-8000-000000000000"
    found = await run(
        client,
        member,
        {"booking_id": third["id"], "command": "assign", "truck_ids": [spare["id"]], "driver_ids": third["driver_ids"]},
        {"booking_id": first["id"], "command": "confirm"},
        {"booking_id": second["id"], "command": "start", "note": "Off we go"},
        {"booking_id": nobody, "command": "confirm"},
    )
    assert told(found) == ["assigned", "confirmed", "illegal_step", "booking_not_found"]
    assert found["done"] == 2
    refused = found["items"][2]["refused"]
    assert (refused["status"], found["items"][2]["status"]) == (409, None)
    assert refused["more"]
    again = await run(
        client,
        member,
        {"booking_id": first["id"], "command": "cancel", "reason": "The customer called"},
        {"booking_id": second["id"], "command": "confirm"},
    )
    assert told(again) == ["cancelled", "confirmed"]
    assert await events_of(logins, second["id"]) == ["booking.held", "booking.confirmed"]


async def test_the_same_key_gives_the_first_answer_again(client: httpx.AsyncClient, mover_a: Member):
    booking = await book_by_hand(client, mover_a.headers)
    key = mover_a.headers | new_key()
    body = {"commands": [{"booking_id": booking["id"], "command": "confirm"}]}
    first, second = [await client.post(BULK, headers=key, json=body) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert told(await run(client, mover_a, body["commands"][0])) == ["booking_not_held"]


async def test_two_bookings_trade_their_trucks_from_two_sides_at_once(
    committed_client: httpx.AsyncClient, logins: Logins
):
    """Two dispatchers give each the other's truck, in opposite order: nobody waits for ever, and no truck is two."""
    client = committed_client
    member = await register(client)
    windows = ({"starts_at": f"2027-03-{day}T09:00:00", "ends_at": f"2027-03-{day}T12:00:00"} for day in ("08", "09"))
    one, two = [await book_by_hand(client, member.headers, window=window) for window in windows]
    for booking in (one, two):
        await post(client, member.headers, f"/v1/bookings/{booking['id']}/confirm")

    def give(booking: dict[str, Any], truck: dict[str, Any]) -> dict[str, Any]:
        team = {"truck_ids": truck["truck_ids"], "driver_ids": booking["driver_ids"]}
        return {"booking_id": booking["id"], "command": "assign", **team}

    there, back = await asyncio.gather(
        run(client, member, give(one, two), give(two, one)), run(client, member, give(two, one), give(one, two))
    )
    assert told(there) + told(back) == ["assigned"] * 4


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"command": "paint"}, "/commands/0/command"),
        ({"command": "assign"}, "/commands/0"),
        ({"command": "cancel"}, "/commands/0"),
        ({"command": "confirm", "reason": "no"}, "/commands/0"),
        ({"command": "confirm", "note": "no"}, "/commands/0"),
        ({"booking_id": "mine"}, "/commands/0/booking_id"),
    ],
)
async def test_a_command_that_is_none_is_refused_before_any_is_run(
    client: httpx.AsyncClient, mover_a: Member, changes: dict[str, Any], pointer: str
):
    booking = await book_by_hand(client, mover_a.headers)
    command = {"booking_id": booking["id"], "command": "confirm"}
    refused = await client.post(BULK, headers=mover_a.headers | new_key(), json={"commands": [command | changes]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    twice = await client.post(BULK, headers=mover_a.headers | new_key(), json={"commands": [command, command]})
    assert twice.status_code == 422
    still = await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)
    assert still.json()["status"] == "held"


async def test_a_leg_without_trucks_says_so(client: httpx.AsyncClient, mover_a: Member):
    command = {"booking_id": str(mover_a.org_id), "command": "assign", "leg": 0, "driver_ids": [str(mover_a.org_id)]}
    refused = await client.post(BULK, headers=mover_a.headers | new_key(), json={"commands": [command]})
    assert refused.status_code == 422
    assert "of a leg without trucks truck_ids is []" in refused.text
    assert told(await run(client, mover_a, command | {"truck_ids": []})) == ["booking_not_found"]


async def test_anothers_booking_is_none(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    booking = await book_by_hand(client, mover_a.headers)
    assert told(await run(client, mover_b, {"booking_id": booking["id"], "command": "confirm"})) == [
        "booking_not_found"
    ]
