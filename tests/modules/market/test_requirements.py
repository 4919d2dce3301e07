"""A job that needs a piano mover or a lift gate finds only who has it, and is given to nobody else."""

from __future__ import annotations

import random
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from app.modules.calendar import rules
from app.modules.calendar.values import FreeCapacity, Need, ResourceKind, ResourceSpec, Skilled
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.fleet import add_driver, add_helper, add_truck
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote, search

START: Final = "2027-03-09T09:00"
RENO: Final = {"line1": "1 E 1st Street", "city": "Reno", "state": "NV", "postal_code": "89501"}
SKILLS: Final = ("crating", "piano", "safes")
PIANO: Final = {"skills": ["piano"]}
LIFT: Final = {"truck_features": ["lift_gate"]}


@pytest.mark.unit
def test_search_and_booking_agree_on_who_can():
    """`suffices` and `pick` on random crews; whoever is picked can do all of it."""
    chance, seen = random.Random(7), {True: 0, False: 0}
    for _ in range(2_000):
        people = [
            ResourceSpec(
                UUID(int=number + 1),
                chance.choice((ResourceKind.DRIVER, ResourceKind.HELPER)),
                skills=tuple(chance.sample(SKILLS, chance.choice((0, 0, 1, 2)))),
            )
            for number in range(chance.randrange(1, 6))
        ]
        trucks = [
            ResourceSpec(UUID(int=100 + n), ResourceKind.TRUCK, 500, 5000, skills=chance.choice(((), ("ramp",))))
            for n in range(2)
        ]
        features = chance.choice(((), ("ramp",)))
        wanted = tuple(chance.sample(SKILLS, chance.randrange(0, 4)))
        need = Need(chance.choice((400, 900)), 100, chance.randrange(1, 4), skills=wanted, features=features)
        drivers = [one for one in people if one.kind is ResourceKind.DRIVER]
        capacity = FreeCapacity(
            trucks=tuple((500, 5000) for one in trucks if set(features) <= set(one.skills)),
            drivers=len(drivers),
            helpers=len(people) - len(drivers),
            skilled=tuple(
                Skilled(at, one.kind is ResourceKind.DRIVER, frozenset(one.skills)) for at, one in enumerate(people)
            ),
        )
        taken = rules.pick([*trucks, *people], need)
        assert rules.suffices(capacity, need) is (taken is not None)
        seen[taken is not None] += 1
        if taken:
            crew = [one for one in people if one.id in taken.crew_ids]
            assert set(wanted) <= {skill for one in crew for skill in one.skills}
            assert len(crew) == max(need.crew_size, len(taken.truck_ids))
            assert sum(one.kind is ResourceKind.DRIVER for one in crew) >= len(taken.truck_ids)
    assert min(seen.values()) > 300


async def look(client: httpx.AsyncClient, requires: dict[str, Any], start: str = START) -> dict[str, Any]:
    return await search(client, start, origin=RENO, destination=RENO, requires=requires)


def named(found: dict[str, Any]) -> set[str]:
    return {offer["organization"]["id"] for offer in found["offers"]}


@pytest.mark.integration
async def test_only_who_has_it_is_found_and_held(client: httpx.AsyncClient, staff: StaffMember, resources: Resources):
    plain = await open_company(client, staff.headers, place=RENO)
    able = await open_company(client, staff.headers, place=RENO, helpers=2)
    none = await look(client, PIANO)
    assert (named(none), none["reasons"]) == (set(), [{"code": "not_equipped", "count": 2}])
    assert (none["nearest_free"], none["other_hours"]) == ([], [])
    pianist = await add_helper(client, able.headers, skills=["piano", "packing"])
    lifted = await add_truck(
        client, able.headers, license_plate="LIFT 1", capacity_cuft=2000, has_lift_gate=True, base=RENO
    )
    assert named(await look(client, {})) == {plain.id, able.id}
    found = await look(client, PIANO | LIFT)
    assert named(found) == {able.id}
    assert (await look(client, {"skills": ["safes"]}))["reasons"] == [{"code": "not_equipped", "count": 2}]
    [customer] = await invite_customers(resources, 1)
    held = await hold(client, customer, (await quote(client, customer, found["offers"][0]["offer_id"]))["id"])
    booking = held.json()
    assert (booking["skills"], booking["truck_features"]) == (["piano"], ["lift_gate"])
    assert pianist["id"] in booking["driver_ids"]
    assert booking["truck_ids"] == [lifted["id"]]
    taken = await look(client, PIANO)
    assert taken["reasons"] == [{"code": "none_free", "count": 1}, {"code": "not_equipped", "count": 1}]
    assert taken["nearest_free"][0].startswith("2027-03-10")
    await _refuses_others(client, able, booking)


async def _refuses_others(client: httpx.AsyncClient, able: Company, booking: dict[str, Any]) -> None:
    path = f"/v1/bookings/{booking['id']}"
    await post(client, able.headers, f"{path}/confirm")
    crew = {"truck_ids": able.truck_ids, "driver_ids": [*able.driver_ids, able.helper_ids[0]]}
    refused = await client.post(f"{path}/assign", headers=able.headers | new_key(), json=crew)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_equipped")
    assert refused.json()["missing"] == ["lift_gate", "piano"]


@pytest.mark.integration
class TestByHand:
    async def test_those_named_have_it_or_are_refused(self, client: httpx.AsyncClient, mover_a: Member):
        able = await add_driver(client, mover_a.headers, license_number="P 1", skills=["piano"])
        booking = await book_by_hand(client, mover_a.headers, requires=PIANO, driver_ids=[able["id"]])
        assert booking["skills"] == ["piano"]
        with pytest.raises(AssertionError, match="not_equipped"):
            await book_by_hand(client, mover_a.headers, requires=PIANO)

    async def test_a_plan_gives_it_to_who_can_and_leaves_it_where_nobody_can(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        able = await add_driver(client, mover_a.headers, license_number="P 2", skills=["piano"])
        booking = await book_by_hand(client, mover_a.headers, requires=PIANO, driver_ids=[able["id"]])
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
        day = {"day": "2027-03-08"}
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign/preview", day)
        assert [one["driver_ids"] for one in plan["jobs"]] == [[able["id"]]]
        unable = await client.patch(f"/v1/drivers/{able['id']}", headers=mover_a.headers, json={"skills": []})
        assert unable.status_code == 200, unable.text
        await add_driver(client, mover_a.headers, license_number="P 3")
        plan = await post(client, mover_a.headers, "/v1/dispatch/auto-assign/preview", day)
        assert [one["reason"] for one in plan["left_over"]] == ["no_skills"]

    @pytest.mark.parametrize(
        ("requires", "pointer"),
        [
            ({"skills": ["juggling"]}, "/requires/skills/0"),
            ({"truck_features": ["wings"]}, "/requires/truck_features/0"),
            ({"feature": []}, "/requires/feature"),
        ],
    )
    async def test_what_nobody_has_is_no_requirement(self, client: httpx.AsyncClient, requires: Any, pointer: str):
        body = {"origin": RENO, "destination": RENO, "starts_at": START, "home_size": "studio", "requires": requires}
        refused = await client.post("/v1/search", json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"].startswith(pointer)
