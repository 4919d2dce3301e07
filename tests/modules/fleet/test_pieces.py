"""Pieces of equipment that are away when they are away: on the calendar as trucks and people are."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, new_key
from tests.factories.calendar import taken_by, untruths
from tests.factories.fleet import SAN_FRANCISCO, add_driver, add_truck
from tests.factories.market import book, hold, invite_customers, offer_of, open_company, post, quote

pytestmark = pytest.mark.integration

EQUIPMENT: Final = "/v1/equipment"
CLIMBER: Final[dict[str, Any]] = {"name": "Stair climber", "kind": "stair_climber", "stock": 1, "is_piece": True}


def on(day: str, first: int = 9) -> dict[str, str]:
    return {"starts_at": f"{day}T{first:02}:00:00", "ends_at": f"{day}T{first + 4:02}:00:00"}


async def team(client: httpx.AsyncClient, headers: dict[str, str], number: int = 1) -> dict[str, list[str]]:
    truck = await add_truck(client, headers, license_plate=f"PIECE {number}")
    driver = await add_driver(client, headers, license_number=f"P{number}")
    return {"truck_ids": [truck["id"]], "driver_ids": [driver["id"]]}


async def by_hand(client: httpx.AsyncClient, headers: dict[str, str], **job: Any) -> httpx.Response:
    agreed = {
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "price": {"amount": "500.00", "currency": "USD"},
        "window": on("2027-03-18"),
    }
    return await client.post("/v1/bookings", headers=headers | new_key(), json=agreed | job)


@pytest.fixture
async def climber(client: httpx.AsyncClient, mover_a: Member) -> str:
    added = await post(client, mover_a.headers, EQUIPMENT, CLIMBER, 201)
    return str(added["id"])


class TestTaking:
    async def test_it_goes_with_one_job_at_a_time_and_a_job_has_all_or_nothing(
        self, client: httpx.AsyncClient, mover_a: Member, climber: str, logins: Logins, resources: Resources
    ) -> None:
        teams = [await team(client, mover_a.headers, number) for number in range(4)]
        answers = await asyncio.gather(
            *(by_hand(client, mover_a.headers, **one, equipment_ids=[climber]) for one in teams)
        )
        assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
        lost = next(one.json() for one in answers if one.status_code == 409)
        assert (lost["code"], lost["resource_ids"], len(lost["alternatives"])) == ("slot_taken", [climber], 3)
        [won] = [one.json() for one in answers if one.status_code == 201]
        assert won["equipment_ids"] == [climber]
        assert await taken_by(logins, won["id"]) == {*won["truck_ids"], *won["driver_ids"], climber}
        assert not any((await untruths(logins, mover_a.org_id, resources.clock.now())).values())
        here = f"/v1/bookings/{won['id']}"
        await post(client, mover_a.headers, f"{here}/cancel", {"reason": "Only a try"})
        other = next(one for one in teams if one["truck_ids"] != won["truck_ids"])
        assert (await by_hand(client, mover_a.headers, **other, equipment_ids=[climber])).status_code == 201

    async def test_it_moves_with_its_job_and_is_changed_by_naming_it(
        self, client: httpx.AsyncClient, mover_a: Member, climber: str, logins: Logins
    ) -> None:
        headers = mover_a.headers
        crew = await team(client, headers)
        lift = (await post(client, headers, EQUIPMENT, CLIMBER | {"name": "Lift", "kind": "lift"}, 201))["id"]
        booked = (await by_hand(client, headers, **crew, equipment_ids=[climber])).json()
        here = f"/v1/bookings/{booked['id']}"
        await post(client, headers, f"{here}/confirm")
        moved = {"starts_at": "2027-03-19T09:00:00", "expected_total": booked["price"]["total"]}
        assert (await post(client, headers, f"{here}/reschedule", moved))["equipment_ids"] == [climber]
        others = await team(client, headers, 2)
        assert (await post(client, headers, f"{here}/assign", others))["equipment_ids"] == [climber]
        assigned = await post(client, headers, f"{here}/assign", others | {"equipment_ids": [lift]})
        assert assigned["equipment_ids"] == [lift]
        assert await taken_by(logins, booked["id"]) == {*others["truck_ids"], *others["driver_ids"], lift}
        assert (await post(client, headers, f"{here}/assign", others | {"equipment_ids": []}))["equipment_ids"] == []

    async def test_away_it_is_not_taken_and_a_move_to_that_day_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, climber: str
    ) -> None:
        headers = mover_a.headers
        crew = await team(client, headers)
        path = f"{EQUIPMENT}/{climber}/time-off"
        window = {"starts_at": "2027-03-19T00:00:00", "ends_at": "2027-03-20T00:00:00"}
        away = await post(client, headers, path, window, 201)
        assert (await client.get(path, headers=headers)).json()["items"] == [away]
        refused = await by_hand(client, headers, **crew, equipment_ids=[climber], window=on("2027-03-19"))
        assert (refused.status_code, refused.json()["resource_ids"]) == (409, [climber])
        booked = (await by_hand(client, headers, **crew, equipment_ids=[climber])).json()
        body = {"starts_at": "2027-03-19T09:00:00", "expected_total": booked["price"]["total"]}
        here = f"/v1/bookings/{booked['id']}"
        await post(client, headers, f"{here}/confirm")
        moved = await client.post(f"{here}/reschedule", headers=headers | new_key(), json=body)
        assert (moved.status_code, moved.json()["code"]) == (409, "slot_taken")
        busy = await client.post(path, headers=headers, json=on("2027-03-18"))
        assert (busy.status_code, busy.json()["code"]) == (409, "slot_taken")
        assert (await client.delete(f"{path}/{away['id']}", headers=headers)).status_code == 204
        assert (await post(client, headers, f"{here}/reschedule", body))["equipment_ids"] == [climber]

    async def test_each_is_named_as_what_it_is(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, climber: str, logins: Logins
    ) -> None:
        headers = mover_a.headers
        crew = await team(client, headers)
        pads = {"name": "Pads", "kind": "pad", "stock": 40}
        counted = (await post(client, headers, EQUIPMENT, pads, 201))["id"]
        foreign = (await post(client, mover_b.headers, EQUIPMENT, CLIMBER, 201))["id"]
        both = {**crew, "driver_ids": [*crew["driver_ids"], climber]}
        for wrong in (
            crew | {"equipment_ids": [counted]},
            crew | {"equipment_ids": [foreign]},
            crew | {"equipment_ids": crew["truck_ids"]},
            both,
        ):
            refused = await by_hand(client, headers, **wrong)
            assert (refused.status_code, refused.json()["code"]) == (404, "resource_not_found"), wrong
        booked = await by_hand(client, headers, **crew)
        assert (booked.status_code, booked.json()["equipment_ids"]) == (201, [])
        assert await taken_by(logins, booked.json()["id"]) == {*crew["truck_ids"], *crew["driver_ids"]}


class TestStanding:
    async def test_it_has_a_lane_on_the_board_and_is_free_or_not(
        self, client: httpx.AsyncClient, mover_a: Member, climber: str
    ) -> None:
        headers = mover_a.headers
        crew = await team(client, headers)
        booked = (await by_hand(client, headers, **crew, equipment_ids=[climber])).json()
        seen = await client.get("/v1/calendar?day=2027-03-18", headers=headers)
        assert seen.status_code == 200, seen.text
        board = seen.json()
        [lane] = [one for one in board["lanes"] if one["kind"] == "equipment"]
        assert (lane["resource_id"], lane["name"]) == (climber, "Stair climber")
        assert [one["source_id"] for one in lane["taken"]] == [booked["id"]]
        query = f"/v1/calendar?day=2027-03-18&resource_id={climber}"
        own = (await client.get(query, headers=headers)).json()
        assert [one["id"] for one in own["bookings"]] == [booked["id"]]
        for day, is_free in (("2027-03-18", False), ("2027-03-19", True)):
            query = f"/v1/availability?starts_at={day}T09:00&ends_at={day}T13:00"
            free = (await client.get(query, headers=headers)).json()["free"]
            assert (climber in {one["resource_id"] for one in free}) is is_free

    async def test_it_is_retired_when_no_job_has_it_and_stays_one(
        self, client: httpx.AsyncClient, mover_a: Member, climber: str
    ) -> None:
        headers = mover_a.headers
        booked = (await by_hand(client, headers, **(await team(client, headers)), equipment_ids=[climber])).json()
        path = f"{EQUIPMENT}/{climber}"
        kept = await client.delete(path, headers=headers)
        assert (kept.status_code, kept.json()["code"]) == (409, "resource_still_taken")
        two = await client.patch(path, headers=headers, json={"stock": 2})
        assert (two.status_code, two.json()["code"]) == (422, "piece_is_one")
        refused = await client.post(EQUIPMENT, headers=headers, json=CLIMBER | {"name": "Two", "stock": 2})
        assert refused.status_code == 422
        await post(client, headers, f"/v1/bookings/{booked['id']}/cancel", {"reason": "Only a try"})
        assert (await client.delete(path, headers=headers)).status_code == 204
        gone = await client.post(f"{path}/time-off", headers=headers, json=on("2027-03-20"))
        assert (gone.status_code, gone.json()["code"]) == (409, "retired")

    async def test_what_is_counted_and_whose_is_anothers_has_no_calendar(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, climber: str
    ) -> None:
        pads = (await post(client, mover_a.headers, EQUIPMENT, CLIMBER | {"name": "P", "is_piece": False}, 201))["id"]
        for headers, key, code in (
            (mover_a.headers, pads, "equipment_not_apart"),
            (mover_b.headers, climber, "equipment_not_found"),
        ):
            for answer in (
                await client.get(f"{EQUIPMENT}/{key}/time-off", headers=headers),
                await client.post(f"{EQUIPMENT}/{key}/time-off", headers=headers, json=on("2027-03-20")),
            ):
                assert (answer.status_code, answer.json()["code"]) == (404, code)

    async def test_it_is_no_crew_to_a_search_a_hold_or_a_plan(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources, logins: Logins
    ) -> None:
        company = await open_company(client, staff.headers)
        piece = (await post(client, company.headers, EQUIPMENT, CLIMBER, 201))["id"]
        first, second = await invite_customers(resources, 2)
        offer = await offer_of(client, company, "2027-03-18T09:00:00")
        assert offer
        booked = await book(client, first, company, "2027-03-18T09:00:00")
        late = await hold(client, second, (await quote(client, second, offer["offer_id"]))["id"])
        assert (late.status_code, late.json()["code"]) == (409, "slot_taken")
        assert piece not in await taken_by(logins, booked["id"])
        here = f"/v1/bookings/{booked['id']}"
        await post(client, first.headers, f"{here}/confirm")
        crew = {name: booked[name] for name in ("truck_ids", "driver_ids")}
        await post(client, company.headers, f"{here}/assign", crew | {"equipment_ids": [piece]})
        day = {"day": "2027-03-18", "include_assigned": True}
        plan = await post(client, company.headers, "/v1/dispatch/auto-assign/preview", day)
        assert piece not in str(plan)
        moved = {"starts_at": "2027-03-19T09:00:00", "expected_total": booked["price"]["total"]}
        told = await post(client, first.headers, f"{here}/reschedule", moved)
        assert told["equipment_ids"] == [piece]
        assert await taken_by(logins, booked["id"]) == {*crew["truck_ids"], *crew["driver_ids"], piece}
