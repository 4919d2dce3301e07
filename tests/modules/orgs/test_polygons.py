"""Service areas as polygons: kept as told, asked by search, refused where they are none."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from tests.conftest import Member, StaffMember
from tests.factories.market import open_company, post, search
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

AREAS: Final = "/v1/org/service-areas"
HELENA: Final = {"line1": "316 N Park Avenue", "city": "Helena", "state": "MT", "postal_code": "59601"}
AROUND: Final = [[-112.5, 46.3], [-111.5, 46.3], [-111.5, 46.9], [-112.5, 46.9], [-112.5, 46.3]]
HOLE: Final = [[-112.3, 46.4], [-111.7, 46.4], [-111.7, 46.8], [-112.3, 46.8], [-112.3, 46.4]]
BOW: Final = [[-112.5, 46.3], [-111.5, 46.9], [-111.5, 46.3], [-112.5, 46.9], [-112.5, 46.3]]
AMERICA: Final = [[-125.0, 25.0], [-67.0, 25.0], [-67.0, 49.0], [-125.0, 49.0], [-125.0, 25.0]]


def area(*rings: Any) -> dict[str, Any]:
    return {"polygon": {"type": "Polygon", "coordinates": list(rings)}}


async def only_area(client: httpx.AsyncClient, headers: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    [first] = (await client.get(AREAS, headers=headers)).json()["items"]
    made = await post(client, headers, AREAS, body, 201)
    assert (await client.delete(f"{AREAS}/{first['id']}", headers=headers)).status_code == 204
    return made


async def test_a_polygon_is_kept_as_it_was_told(client: httpx.AsyncClient, mover_a: Member) -> None:
    body = area([[-112.5123456789, 46.3], *AROUND[1:4], [-112.5123456789, 46.3]], HOLE)
    made = await only_area(client, mover_a.headers, body)
    assert (made["kind"], made["center"], made["radius_miles"]) == ("polygon", None, None)
    assert made["polygon"] == body["polygon"]
    assert (await client.get(AREAS, headers=mover_a.headers)).json()["items"] == [made]


@pytest.mark.parametrize(
    ("rings", "is_inside"), [([AROUND], True), ([AROUND[::-1]], True), ([AROUND, HOLE], False), ([HOLE], True)]
)
async def test_search_asks_the_polygon_whichever_way_it_turns(
    client: httpx.AsyncClient, staff: StaffMember, rings: list[Any], is_inside: bool
) -> None:
    company = await open_company(client, staff.headers, place=HELENA)
    await only_area(client, company.headers, area(*rings))
    found = await search(client, "2027-03-09T09:00:00", origin=HELENA, destination=HELENA)
    ids = {one["organization"]["id"] for one in found["offers"]}
    assert (company.id in ids) is is_inside


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (area(AROUND[:-1]), ("/polygon/coordinates/0", "ring_open")),
        (area(AROUND, HOLE[:-1]), ("/polygon/coordinates/1", "ring_open")),
        (area(BOW), ("/polygon/coordinates", "invalid_polygon")),
        (area(HOLE, AROUND), ("/polygon/coordinates", "invalid_polygon")),
        (area([[0.0, 0.0]] * 4), ("/polygon/coordinates", "invalid_polygon")),
        (area(AMERICA), ("/polygon/coordinates", "area_too_large")),
        (area([[179.0, 1.0], [-179.0, 1.0], [-179.0, 2.0], [179.0, 1.0]]), ("/polygon/coordinates/0", None)),
        (area([[0.0, 84.0], [1.0, 86.0], [2.0, 84.0], [0.0, 84.0]]), ("/polygon/coordinates/0", "near_pole")),
        (area([[-112.5, 46.3, 7.0], *AROUND[1:]]), ("/polygon/coordinates/0/0", "too_long")),
        (area([["-109", 46.3], *AROUND[1:]]), ("/polygon/coordinates/0/0/0", "float_type")),
        (area([[-181.0, 46.3], *AROUND[1:]]), ("/polygon/coordinates/0/0/0", "greater_than_equal")),
        ({"polygon": {"type": "MultiPolygon", "coordinates": [[AROUND]]}}, ("/polygon/type", "literal_error")),
        (area(), ("/polygon/coordinates", "too_short")),
        (area(AROUND) | {"radius_miles": "5"}, ("", "value_error")),
        (area(AROUND) | {"center": {"lat": 45.8, "lng": -108.5}}, ("", "value_error")),
        ({}, ("", "value_error")),
    ],
)
async def test_what_is_no_area_is_refused(
    client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any], expected: tuple[str, str | None]
) -> None:
    before = (await client.get(AREAS, headers=mover_a.headers)).json()
    refused = await client.post(AREAS, headers=mover_a.headers, json=body)
    assert refused.status_code == 422, refused.text
    pointer, code = expected
    assert [one for one in faults(refused) if one[0] == pointer and code in (None, one[1])], faults(refused)
    assert (await client.get(AREAS, headers=mover_a.headers)).json() == before
