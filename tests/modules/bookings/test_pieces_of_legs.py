"""A leg has pieces of equipment of its own, and a job asks for one by its kind: whichever of them is free goes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from tests.conftest import Logins, Member
from tests.factories.bookings import new_key
from tests.factories.calendar import untruths
from tests.factories.fleet import add_driver, add_helper, add_truck
from tests.factories.market import post
from tests.modules.bookings.test_legs import ask, body, crew, local, taken, tour

pytestmark = pytest.mark.integration

CLIMBER: Final = "stair_climber"
UNLOADING: Final = 3


async def add_piece(client: httpx.AsyncClient, member: Member, name: str, kind: str = CLIMBER) -> str:
    piece = {"name": name, "kind": kind, "stock": 1, "is_piece": True}
    return str((await post(client, member.headers, "/v1/equipment", piece, 201))["id"])


async def with_pieces(client: httpx.AsyncClient, member: Member, **of_unloading: Any) -> httpx.Response:
    legs = tour(await crew(client, member))
    legs[UNLOADING] |= of_unloading
    return await ask(client, member, body(legs))


async def other_team(client: httpx.AsyncClient, member: Member, number: int) -> dict[str, str]:
    truck = await add_truck(client, member.headers, license_plate=f"KIND {number}")
    driver = await add_driver(client, member.headers, license_number=f"K {number}")
    return {"truck": truck["id"], "driver": driver["id"]}


async def in_town(client: httpx.AsyncClient, member: Member, number: int, day: str, **pieces: Any) -> httpx.Response:
    has = await other_team(client, member, number)
    return await ask(client, member, local(has, day, has["driver"]) | pieces)


async def is_true(logins: Logins, member: Member) -> bool:
    return not any((await untruths(logins, member.org_id, datetime.now(UTC))).values())


class TestOfOneLeg:
    async def test_it_is_away_for_its_leg_and_free_on_the_other_days(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ) -> None:
        climber = await add_piece(client, mover_a, "Climber")
        made = await with_pieces(client, mover_a, equipment_ids=[climber])
        assert made.status_code == 201, made.text
        booking = made.json()
        assert booking["equipment_ids"] == [climber]
        assert [one["equipment_ids"] for one in booking["legs"]] == [[], [], [], [climber]]
        assert [(await taken(client, mover_a, f"2027-03-{day}"))[climber] for day in (12, 14, 16)] == [0, 0, 1]
        board = f"/v1/calendar?resource_id={climber}&day=2027-03-"
        for day, shown in (("12", []), ("16", [booking["id"]])):
            bookings = (await client.get(board + day, headers=mover_a.headers)).json()["bookings"]
            assert [one["id"] for one in bookings] == shown
        assert (await in_town(client, mover_a, 1, "12", equipment_ids=[climber])).status_code == 201
        refused = await in_town(client, mover_a, 2, "16", equipment_ids=[climber])
        assert (refused.status_code, refused.json()["resource_ids"]) == (409, [climber])
        assert await is_true(logins, mover_a)

    async def test_it_moves_with_its_leg(self, client: httpx.AsyncClient, mover_a: Member, logins: Logins) -> None:
        climber = await add_piece(client, mover_a, "Climber")
        booking = (await with_pieces(client, mover_a, equipment_ids=[climber])).json()
        here = f"/v1/bookings/{booking['id']}"
        await post(client, mover_a.headers, f"{here}/confirm")
        later = {"starts_at": "2027-03-18T09:00", "expected_total": booking["price"]["total"]}
        off = {"starts_at": "2027-03-23T00:00", "ends_at": "2027-03-24T00:00"}
        away = await post(client, mover_a.headers, f"/v1/equipment/{climber}/time-off", off, 201)
        seen = await post(client, mover_a.headers, f"{here}/reschedule/preview", {"starts_at": later["starts_at"]})
        assert seen["is_free"] is False
        refused = await client.post(f"{here}/reschedule", headers=mover_a.headers | new_key(), json=later)
        assert (refused.status_code, refused.json()["leg"]) == (409, UNLOADING)
        await client.delete(f"/v1/equipment/{climber}/time-off/{away['id']}", headers=mover_a.headers)
        moved = await post(client, mover_a.headers, f"{here}/reschedule", later)
        assert moved["legs"][UNLOADING]["equipment_ids"] == [climber]
        assert [(await taken(client, mover_a, f"2027-03-{day}"))[climber] for day in (16, 23)] == [0, 1]
        assert await is_true(logins, mover_a)

    async def test_an_assignment_changes_leaves_or_takes_it_away(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ) -> None:
        climber, lift = [await add_piece(client, mover_a, name) for name in ("Climber", "Lift")]
        booking = (await with_pieces(client, mover_a, equipment_ids=[climber])).json()
        here = f"/v1/bookings/{booking['id']}"
        await post(client, mover_a.headers, f"{here}/confirm")
        leg = booking["legs"][UNLOADING]
        team = {"leg": UNLOADING, "truck_ids": leg["truck_ids"], "driver_ids": leg["driver_ids"]}
        for told, has in (({}, [climber]), ({"equipment_ids": [lift]}, [lift]), ({"equipment_ids": []}, [])):
            after = await post(client, mover_a.headers, f"{here}/assign", team | told)
            assert (after["legs"][UNLOADING]["equipment_ids"], after["equipment_ids"]) == (has, has)
        wrong = team | {"equipment_ids": leg["truck_ids"]}
        refused = await client.post(f"{here}/assign", headers=mover_a.headers | new_key(), json=wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_found")
        assert await is_true(logins, mover_a)

    async def test_a_plan_leaves_it(self, client: httpx.AsyncClient, mover_a: Member, logins: Logins) -> None:
        climber = await add_piece(client, mover_a, "Climber")
        booking = (await with_pieces(client, mover_a, equipment_ids=[climber])).json()
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        await post(client, mover_a.headers, "/v1/dispatch/auto-assign", {"day": "2027-03-16"})
        after = (await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)).json()
        assert after["legs"][UNLOADING] == booking["legs"][UNLOADING] | {"is_assigned": True}
        assert await is_true(logins, mover_a)


class TestByKind:
    async def test_of_many_jobs_at_once_each_has_one_while_there_are_any(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ) -> None:
        pieces = {await add_piece(client, mover_a, name) for name in ("First", "Second")}
        jobs = [in_town(client, mover_a, number, "16", equipment_kinds=[CLIMBER]) for number in range(4)]
        answers = await asyncio.gather(*jobs)
        assert sorted(one.status_code for one in answers) == [201, 201, 409, 409]
        assert {one.json()["equipment_ids"][0] for one in answers if one.status_code == 201} == pieces
        lost = next(one.json() for one in answers if one.status_code == 409)
        assert (lost["code"], set(lost["resource_ids"])) == ("slot_taken", pieces)
        assert lost["alternatives"]
        assert await is_true(logins, mover_a)

    async def test_two_of_a_kind_beside_one_that_is_named(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        named = await add_piece(client, mover_a, "Named")
        others = {await add_piece(client, mover_a, f"Other {number}") for number in range(2)}
        wish = {"equipment_ids": [named], "equipment_kinds": [CLIMBER, CLIMBER]}
        booked = await in_town(client, mover_a, 1, "16", **wish)
        assert (booked.status_code, set(booked.json()["equipment_ids"])) == (201, {named, *others})
        wish["equipment_kinds"] = [CLIMBER] * 3
        few = await in_town(client, mover_a, 2, "18", **wish)
        assert (few.status_code, few.json()["code"], few.json()["missing"]) == (409, "not_equipped", [CLIMBER])

    async def test_what_is_counted_retired_or_anothers_is_none(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ) -> None:
        await add_piece(client, mover_b, "Anothers")
        counted = {"name": "Counted", "kind": CLIMBER, "stock": 4}
        await post(client, mover_a.headers, "/v1/equipment", counted, 201)
        gone = await add_piece(client, mover_a, "Gone")
        assert (await client.delete(f"/v1/equipment/{gone}", headers=mover_a.headers)).status_code == 204
        refused = await in_town(client, mover_a, 1, "16", equipment_kinds=[CLIMBER])
        assert (refused.status_code, refused.json()["missing"]) == (409, [CLIMBER])

    async def test_a_leg_asks_so_too(self, client: httpx.AsyncClient, mover_a: Member, logins: Logins) -> None:
        climber, lift = await add_piece(client, mover_a, "Climber"), await add_piece(client, mover_a, "Lift", "lift")
        made = await with_pieces(client, mover_a, equipment_ids=[lift], equipment_kinds=[CLIMBER])
        assert made.status_code == 201, made.text
        assert set(made.json()["legs"][UNLOADING]["equipment_ids"]) == {climber, lift}
        assert await is_true(logins, mover_a)
        refused = await in_town(client, mover_a, 1, "16", equipment_kinds=[CLIMBER])
        assert (refused.status_code, refused.json()["resource_ids"]) == (409, [climber])

    @pytest.mark.parametrize(
        "wrong", [{"equipment_kinds": ["piano"]}, {"equipment_kinds": [CLIMBER] * 11}, {"legs": []}]
    )
    async def test_what_is_no_wish_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, wrong: dict[str, Any]
    ) -> None:
        refused = await in_town(client, mover_a, 1, "16", **wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")
        assert refused.json()["errors"][0]["pointer"].startswith(f"/{next(iter(wrong))}")


async def test_of_many_at_once_each_keeps_or_gets_its_pieces(
    client: httpx.AsyncClient, mover_a: Member, logins: Logins
) -> None:
    first, second = [await add_piece(client, mover_a, name) for name in ("First", "Second")]
    jobs = [(await in_town(client, mover_a, number, "16", equipment_ids=[first][number:])).json() for number in (0, 1)]
    for one in jobs:
        await post(client, mover_a.headers, f"/v1/bookings/{one['id']}/confirm")
    helper = (await add_helper(client, mover_a.headers))["id"]
    commands = [
        {"booking_id": one["id"], "command": "assign", "truck_ids": one["truck_ids"], "driver_ids": one["driver_ids"]}
        for one in jobs
    ]
    commands[0]["driver_ids"] = [*jobs[0]["driver_ids"], helper]
    commands[1]["equipment_ids"] = [second]
    done = await post(client, mover_a.headers, "/v1/bookings/bulk", {"commands": commands})
    assert done["done"] == 2, done
    shown = [(await client.get(f"/v1/bookings/{one['id']}", headers=mover_a.headers)).json() for one in jobs]
    assert [one["equipment_ids"] for one in shown] == [[first], [second]]
    assert await is_true(logins, mover_a)
    wrong = {"booking_id": jobs[0]["id"], "command": "start", "equipment_ids": [first]}
    refused = await client.post("/v1/bookings/bulk", headers=mover_a.headers | new_key(), json={"commands": [wrong]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/commands/0")
