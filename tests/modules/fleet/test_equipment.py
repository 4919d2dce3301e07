"""Equipment with its stock."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.conftest import Member
from tests.factories.fleet import CHICAGO
from tests.factories.market import post
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

EQUIPMENT: Final = "/v1/equipment"
PADS: Final[dict[str, Any]] = {"name": "Pads, 72 by 80", "kind": "pad", "stock": 240}


async def test_stock_is_counted_anew_and_what_is_retired_stays(client: httpx.AsyncClient, mover_a: Member) -> None:
    headers = mover_a.headers
    added = await post(client, headers, EQUIPMENT, PADS, 201)
    assert {name: added[name] for name in PADS} == PADS
    path = f"{EQUIPMENT}/{added['id']}"
    counted = await client.patch(path, headers=headers | {"If-Match": '"v1"'}, json={"stock": 0})
    assert (counted.status_code, counted.json()["stock"], counted.headers["etag"]) == (200, 0, '"v2"')
    stale = await client.patch(path, headers=headers | {"If-Match": '"v1"'}, json={"stock": 9})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    for _ in range(2):
        assert (await client.delete(path, headers=headers)).status_code == 204
    gone = await client.patch(path, headers=headers, json={"stock": 9})
    assert (gone.status_code, gone.json()["code"]) == (409, "retired")
    shown = (await client.get(path, headers=headers)).json()
    assert (shown["stock"], shown["version"]) == (0, 3)
    for is_in_service, items in ((True, []), (False, [shown])):
        query = {"in_service": str(is_in_service).lower()}
        assert (await client.get(EQUIPMENT, headers=headers, params=query)).json()["items"] == items


async def test_a_name_stands_once_in_a_company(client: httpx.AsyncClient, mover_a: Member, mover_b: Member) -> None:
    answers = await asyncio.gather(*(client.post(EQUIPMENT, headers=mover_a.headers, json=PADS) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"equipment_name_taken"}
    own = (await client.get(EQUIPMENT, headers=mover_a.headers)).json()["items"][0]
    await post(client, mover_b.headers, EQUIPMENT, PADS, 201)
    for answer in (
        await client.get(f"{EQUIPMENT}/{own['id']}", headers=mover_b.headers),
        await client.patch(f"{EQUIPMENT}/{own['id']}", headers=mover_b.headers, json={"stock": 1}),
        await client.delete(f"{EQUIPMENT}/{own['id']}", headers=mover_b.headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "equipment_not_found")


async def test_it_belongs_to_a_branch(client: httpx.AsyncClient, mover_a: Member, mover_b: Member) -> None:
    north = {"name": "North", "address": CHICAGO}
    own, foreign = [
        (await post(client, member.headers, "/v1/org/branches", north, 201))["id"] for member in (mover_a, mover_b)
    ]
    added = await post(client, mover_a.headers, EQUIPMENT, PADS | {"branch_id": own}, 201)
    listed = await client.get(EQUIPMENT, headers=mover_a.headers, params={"branch_id": own})
    assert [one["id"] for one in listed.json()["items"]] == [added["id"]]
    refused = await client.patch(f"{EQUIPMENT}/{added['id']}", headers=mover_a.headers, json={"branch_id": foreign})
    assert (refused.status_code, refused.json()["code"]) == (404, "branch_not_found")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stock": -1}, ("/stock", "greater_than_equal")),
        ({"stock": 1_000_001}, ("/stock", "less_than_equal")),
        ({"stock": "12"}, ("/stock", "int_type")),
        ({"stock": 1.5}, ("/stock", "int_type")),
        ({"kind": "elephant"}, ("/kind", "enum")),
        ({"name": " "}, ("/name", "string_too_short")),
        ({"colour": "blue"}, ("/colour", "unknown_field")),
    ],
)
async def test_what_is_no_equipment_is_refused(
    client: httpx.AsyncClient, mover_a: Member, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    refused = await client.post(EQUIPMENT, headers=mover_a.headers, json=PADS | changes)
    assert (refused.status_code, faults(refused)) == (422, [expected])
    assert (await client.get(EQUIPMENT, headers=mover_a.headers)).json()["items"] == []
