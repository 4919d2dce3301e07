"""Branches: opened, changed, closed for good; trucks and people belong to one that is open."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.conftest import Member
from tests.factories.fleet import CHICAGO, SAN_FRANCISCO, add_driver, add_truck, driver_body, truck_body
from tests.factories.market import post
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

BRANCHES: Final = "/v1/org/branches"
NORTH: Final[dict[str, Any]] = {"name": "North", "phone": "+14155550170", "address": CHICAGO}


async def test_a_branch_is_located_changed_and_closed(client: httpx.AsyncClient, mover_a: Member) -> None:
    made = await client.post(BRANCHES, headers=mover_a.headers, json=NORTH)
    assert (made.status_code, made.headers["etag"]) == (201, '"v1"')
    branch = made.json()
    assert (branch["address"]["zone"], branch["closed_at"]) == ("America/Chicago", None)
    path = f"{BRANCHES}/{branch['id']}"
    changed = await client.patch(path, headers=mover_a.headers, json={"phone": None, "address": SAN_FRANCISCO})
    assert (changed.json()["phone"], changed.json()["address"]["city"]) == (None, "San Francisco")
    stale = await client.patch(path, headers=mover_a.headers | {"If-Match": '"v1"'}, json={"name": "South"})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    for _ in range(2):
        assert (await client.delete(path, headers=mover_a.headers)).status_code == 204
    closed = (await client.get(path, headers=mover_a.headers)).json()
    assert closed["closed_at"] is not None
    assert (await client.get(BRANCHES, headers=mover_a.headers)).json()["items"] == [closed]
    refused = await client.patch(path, headers=mover_a.headers, json={"name": "South"})
    assert (refused.status_code, refused.json()["code"]) == (409, "branch_closed")
    await post(client, mover_a.headers, BRANCHES, NORTH, 201)


async def test_a_name_stands_once_also_at_once(client: httpx.AsyncClient, mover_a: Member, mover_b: Member) -> None:
    answers = await asyncio.gather(*(client.post(BRANCHES, headers=mover_a.headers, json=NORTH) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"branch_name_taken"}
    await post(client, mover_b.headers, BRANCHES, NORTH, 201)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, ("/name", "string_too_short")),
        ({"phone": "12"}, ("/phone", "string_too_short")),
        ({"address": CHICAGO | {"postal_code": "00000"}}, ("/address/postal_code", "unknown_postal_code")),
        ({"manager": "Ann"}, ("/manager", "unknown_field")),
    ],
)
async def test_what_is_no_branch_is_refused(
    client: httpx.AsyncClient, mover_a: Member, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    refused = await client.post(BRANCHES, headers=mover_a.headers, json=NORTH | changes)
    assert (refused.status_code, faults(refused)) == (422, [expected])
    assert (await client.get(BRANCHES, headers=mover_a.headers)).json()["items"] == []


async def test_trucks_and_people_belong_to_a_branch_and_are_listed_by_it(
    client: httpx.AsyncClient, mover_a: Member
) -> None:
    headers = mover_a.headers
    north = (await post(client, headers, BRANCHES, NORTH, 201))["id"]
    there = await add_truck(client, headers, branch_id=north)
    here = await add_truck(client, headers, license_plate="HERE 1")
    driver = await add_driver(client, headers, branch_id=north)
    assert (there["branch_id"], here["branch_id"], driver["branch_id"]) == (north, None, north)
    query = {"branch_id": north}
    for path, one in (("/v1/trucks", there), ("/v1/drivers", driver)):
        listed = (await client.get(path, headers=headers, params=query)).json()["items"]
        assert [item["id"] for item in listed] == [one["id"]]
    moved = await client.patch(f"/v1/trucks/{there['id']}", headers=headers, json={"branch_id": None})
    assert moved.json()["branch_id"] is None


async def test_nothing_comes_to_a_closed_branch_nor_to_anothers(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member
) -> None:
    headers = mover_a.headers
    closed = (await post(client, headers, BRANCHES, NORTH, 201))["id"]
    truck, driver = await add_truck(client, headers, branch_id=closed), await add_driver(client, headers)
    await client.delete(f"{BRANCHES}/{closed}", headers=headers)
    foreign = (await post(client, mover_b.headers, BRANCHES, NORTH, 201))["id"]
    for branch_id, refusal in ((closed, (409, "branch_closed")), (foreign, (404, "branch_not_found"))):
        told = {"branch_id": branch_id}
        answers = [
            await client.post("/v1/trucks", headers=headers, json=truck_body(license_plate="X 1") | told),
            await client.post("/v1/drivers", headers=headers, json=driver_body(license_number="X1") | told),
            await client.patch(f"/v1/trucks/{truck['id']}", headers=headers, json=told),
            await client.patch(f"/v1/drivers/{driver['id']}", headers=headers, json=told),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [refusal] * 4
    assert (await client.get(f"/v1/trucks/{truck['id']}", headers=headers)).json()["branch_id"] == closed
    stolen = await client.patch(f"{BRANCHES}/{foreign}", headers=headers, json={"name": "Mine"})
    assert (stolen.status_code, stolen.json()["code"]) == (404, "branch_not_found")
