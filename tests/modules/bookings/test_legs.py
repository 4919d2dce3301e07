"""A move of several days is linked legs, each with trucks and people of its own: all of them, or none."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from app.modules.calendar import rules
from tests.conftest import Member
from tests.factories.bookings import CONTACT, OAKLAND, new_key
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_helper, add_truck
from tests.factories.market import post

pytestmark = pytest.mark.integration

DENVER: Final = {"line1": "1437 Bannock Street", "city": "Denver", "state": "CO", "postal_code": "80202"}


async def crew(client: httpx.AsyncClient, member: Member, number: int = 1) -> dict[str, str]:
    truck = await add_truck(client, member.headers, license_plate=f"TOUR {number}")
    driver = await add_driver(client, member.headers, license_number=f"T {number}")
    return {
        "truck": truck["id"],
        "driver": driver["id"],
        "helper": (await add_helper(client, member.headers))["id"],
        "packer": (await add_helper(client, member.headers))["id"],
    }


def leg(kind: str, start: str, end: str, people: list[str], *trucks: str) -> dict[str, Any]:
    return {"kind": kind, "starts_at": start, "ends_at": end, "truck_ids": list(trucks), "driver_ids": people}


def tour(has: dict[str, str], month: str = "2027-03") -> list[dict[str, Any]]:
    """Packed on a Thursday, loaded on Friday, three days on the road, unloaded on Tuesday."""
    truck, driver, helper = has["truck"], has["driver"], has["helper"]
    return [
        leg("packing", f"{month}-11T09:00", f"{month}-11T15:00", [has["packer"]]),
        leg("loading", f"{month}-12T08:00", f"{month}-12T14:00", [driver, helper], truck),
        leg("transit", f"{month}-12T14:00", f"{month}-15T20:00", [driver], truck),
        leg("unloading", f"{month}-16T08:00", f"{month}-16T13:00", [driver], truck),
    ]


def body(legs: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    agreed = {"origin": SAN_FRANCISCO, "destination": DENVER, "contact": CONTACT, "price": {"amount": "4200"}}
    return {**agreed, "legs": legs, **changes}


def local(has: dict[str, str], day: str, *people: str) -> dict[str, Any]:
    """A small job in town for these people, with the truck."""
    window = {"starts_at": f"2027-03-{day}T16:00", "ends_at": f"2027-03-{day}T18:00"}
    return {
        "window": window,
        "truck_ids": [has["truck"]],
        "driver_ids": list(people),
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "300"},
    }


async def ask(client: httpx.AsyncClient, member: Member, wish: dict[str, Any]) -> httpx.Response:
    return await client.post("/v1/bookings", headers=member.headers | new_key(), json=wish)


async def taken(client: httpx.AsyncClient, member: Member, day: str) -> dict[str, int]:
    board = (await client.get(f"/v1/calendar?day={day}", headers=member.headers)).json()
    return {lane["resource_id"]: len(lane["taken"]) for lane in board["lanes"]}


async def test_each_leg_takes_its_own_and_no_more(client: httpx.AsyncClient, mover_a: Member):
    has = await crew(client, mover_a)
    made = await ask(client, mover_a, body(tour(has)))
    assert made.status_code == 201, made.text
    booking = made.json()
    assert (booking["starts_at"], booking["ends_at"]) == ("2027-03-11T17:00:00Z", "2027-03-16T20:00:00Z")
    assert [one["kind"] for one in booking["legs"]] == ["packing", "loading", "transit", "unloading"]
    assert await taken(client, mover_a, "2027-03-11") == {
        has["truck"]: 0, has["driver"]: 0, has["helper"]: 0, has["packer"]: 1,
    }  # fmt: skip
    assert await taken(client, mover_a, "2027-03-14") == {
        has["truck"]: 1, has["driver"]: 1, has["helper"]: 0, has["packer"]: 0,
    }  # fmt: skip
    assert (await ask(client, mover_a, local(has, "13", has["driver"]))).json()["code"] == "slot_taken"
    confirmed = await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
    assert confirmed["status"] == "confirmed"
    assert (await ask(client, mover_a, local(has, "10", has["driver"]))).status_code == 201


async def test_all_of_it_or_nothing(client: httpx.AsyncClient, mover_a: Member, monkeypatch: pytest.MonkeyPatch):
    # Another window for one leg alone is of no use: none is looked for under the locks.
    monkeypatch.delattr(rules, "free_windows")
    has = await crew(client, mover_a)
    busy = {"starts_at": "2027-03-16T10:00", "ends_at": "2027-03-16T11:00"}
    await post(client, mover_a.headers, f"/v1/trucks/{has['truck']}/time-off", busy, 201)
    refused = await ask(client, mover_a, body(tour(has)))
    assert (refused.status_code, refused.json()["code"], refused.json()["leg"]) == (409, "slot_taken", 3)
    assert refused.json()["alternatives"] == []
    for day in ("2027-03-11", "2027-03-12", "2027-03-14"):
        assert set((await taken(client, mover_a, day)).values()) == {0}
    assert (await client.get("/v1/bookings", headers=mover_a.headers)).json()["items"] == []


async def test_each_is_named_as_what_it_is(client: httpx.AsyncClient, mover_a: Member):
    has = await crew(client, mover_a)
    climber = {"name": "Stair climber", "kind": "stair_climber", "stock": 1, "is_piece": True}
    piece = (await post(client, mover_a.headers, "/v1/equipment", climber, 201))["id"]
    for people, trucks in (
        ([has["driver"], has["truck"]], []),
        ([has["helper"]], [has["truck"], has["driver"]]),
        ([has["driver"], piece], [has["truck"]]),
        ([has["driver"]], [has["truck"], piece]),
    ):
        made = tour(has)
        made[1] |= {"driver_ids": people, "truck_ids": trucks}
        refused = await client.post("/v1/bookings", headers=mover_a.headers | new_key(), json=body(made))
        assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_found"), refused.text
    kept = await post(client, mover_a.headers, "/v1/bookings", body(tour(has)), 201)
    confirmed = await post(client, mover_a.headers, f"/v1/bookings/{kept['id']}/confirm")
    team = {"leg": 1, "truck_ids": [has["truck"]], "driver_ids": [has["driver"], piece]}
    path = f"/v1/bookings/{confirmed['id']}/assign"
    refused = await client.post(path, headers=mover_a.headers | new_key(), json=team)
    assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_found"), refused.text


async def test_it_moves_as_one_by_the_wall_clock_and_goes_as_one(client: httpx.AsyncClient, mover_a: Member):
    """The clock is changed within the move, and no more two weeks later: each leg keeps its hour."""
    has = await crew(client, mover_a)
    booking = (await ask(client, mover_a, body(tour(has)))).json()
    path = f"/v1/bookings/{booking['id']}"
    await post(client, mover_a.headers, f"{path}/confirm")
    seen = await post(client, mover_a.headers, f"{path}/reschedule/preview", {"starts_at": "2027-03-25T09:00"})
    assert seen["is_free"]
    wish = {"starts_at": "2027-03-25T09:00", "expected_total": booking["price"]["total"]}
    moved = await post(client, mover_a.headers, f"{path}/reschedule", wish)
    assert [one["starts_at"] for one in moved["legs"]] == [
        "2027-03-25T16:00:00Z", "2027-03-26T15:00:00Z", "2027-03-26T21:00:00Z", "2027-03-30T15:00:00Z",
    ]  # fmt: skip
    assert [booking["legs"][at]["starts_at"] for at in (0, 3)] == ["2027-03-11T17:00:00Z", "2027-03-16T15:00:00Z"]
    assert set((await taken(client, mover_a, "2027-03-14")).values()) == {0}
    assert (await taken(client, mover_a, "2027-03-28"))[has["truck"]] == 1
    gone = await post(client, mover_a.headers, f"{path}/cancel", {"reason": "Changed plans"})
    assert gone["status"] == "cancelled"
    assert set((await taken(client, mover_a, "2027-03-28")).values()) == {0}


async def test_it_counts_once_on_each_of_its_days(client: httpx.AsyncClient, mover_a: Member):
    has = await crew(client, mover_a)
    limited = await client.put("/v1/org/day-limits", headers=mover_a.headers, json={"jobs": 1})
    assert limited.status_code == 200
    assert (await ask(client, mover_a, body(tour(has)))).status_code == 201
    spare = await add_truck(client, mover_a.headers, license_plate="TOUR 2")
    other = await add_driver(client, mover_a.headers, license_number="T 2")
    wish = local(has | {"truck": spare["id"]}, "12", other["id"])
    assert (await ask(client, mover_a, wish)).json()["code"] == "day_full"
    assert (await ask(client, mover_a, local(has | {"truck": spare["id"]}, "17", other["id"]))).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"legs": []}, "/legs"),
        ({"window": {"starts_at": "2027-03-11T09:00", "ends_at": "2027-03-11T10:00"}}, ""),
        ({"quote_id": "01a1fe65-0000-7000-8000-000000000000"}, ""),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, mover_a: Member, changes: dict[str, Any], pointer: str
):
    has = await crew(client, mover_a)
    refused = await ask(client, mover_a, body(tour(has)) | changes)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_a_leg_that_ends_before_it_starts_is_named(client: httpx.AsyncClient, mover_a: Member):
    has = await crew(client, mover_a)
    legs = tour(has)
    legs[1]["ends_at"] = "2027-03-12T07:00"
    refused = await ask(client, mover_a, body(legs))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "window_reversed")
    assert refused.json()["errors"][0]["pointer"] == "/legs/1/ends_at"


async def test_moved_over_a_change_of_the_clock_a_crew_does_not_arrive_after_its_leg(
    client: httpx.AsyncClient, mover_a: Member
):
    """An hour shorter in the night to the 14th, its first leg would end before the window that the crew may come in."""
    has = await crew(client, mover_a)
    legs = [
        leg("loading", "2027-03-11T23:00", "2027-03-12T03:15", [has["driver"]], has["truck"]),
        leg("unloading", "2027-03-15T08:00", "2027-03-15T12:00", [has["driver"]], has["truck"]),
    ]
    made = await ask(client, mover_a, body(legs, arrival_window_minutes=240))
    assert made.status_code == 201, made.text
    booking = await post(client, mover_a.headers, f"/v1/bookings/{made.json()['id']}/confirm")
    path = f"/v1/bookings/{booking['id']}/reschedule"
    wish = {"starts_at": "2027-03-13T23:00:00", "expected_total": booking["price"]["total"]}
    for to, sent in ((path, wish), (f"{path}/preview", {"starts_at": wish["starts_at"]})):
        refused = await client.post(to, headers=mover_a.headers | new_key(), json=sent)
        assert refused.status_code == 422, refused.text
        [fault] = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/starts_at", "arrival_window_too_wide")
    moved = await post(client, mover_a.headers, path, wish | {"starts_at": "2027-03-14T23:00:00"})
    assert moved["arrival_window"] == {"from": "2027-03-15T06:00:00Z", "to": "2027-03-15T10:00:00Z"}
