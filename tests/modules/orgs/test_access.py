"""Who may do what with a company's own page: kind of caller, operation, status, and nothing changed by a refusal."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import httpx
import pytest

from app.runtime.db.session import Database
from tests.conftest import Logins
from tests.factories.callers import HEADS, MEMBERS, Kind, expected
from tests.factories.desk import Desk, desk_of

pytestmark = pytest.mark.integration


class Operation(NamedTuple):
    method: str
    path: str
    allowed: frozenset[Kind]
    status: int = 200
    body: dict[str, Any] | None = None


# A day off stands once.
DAYS = (date(2027, 12, 1) + timedelta(days=n) for n in itertools.count())
EVERYBODY = frozenset(Kind)
OPERATIONS = [
    Operation("GET", "/v1/orgs", EVERYBODY),
    Operation("GET", "/v1/orgs/{org}", EVERYBODY),
    Operation("GET", "/v1/org", MEMBERS),
    Operation("PATCH", "/v1/org", HEADS, 200, {"phone": "+14155550199"}),
    Operation("GET", "/v1/org/service-areas", MEMBERS),
    Operation("POST", "/v1/org/service-areas", HEADS, 201, {"radius_miles": 12}),
    Operation("DELETE", "/v1/org/service-areas/{area}", HEADS, 204),
    Operation("GET", "/v1/org/branches", MEMBERS),
    Operation("GET", "/v1/org/days-off", MEMBERS),
    Operation("POST", "/v1/org/days-off", HEADS, 201, {"day": "2027-12-25", "name": "Christmas"}),
    Operation("GET", "/v1/org/cancellation-policy", MEMBERS),
    Operation("PUT", "/v1/org/cancellation-policy", HEADS, 200, {"kind": "strict"}),
]


@pytest.fixture(scope="module")
async def desk(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk_of(logins, app_database, tmp_path_factory.mktemp("desk")) as made:
        yield made


async def own_pages(desk: Desk, headers: dict[str, str]) -> list[Any]:
    paths = ("/v1/org", "/v1/org/service-areas", "/v1/org/days-off", "/v1/org/cancellation-policy")
    return [(await desk.client.get(path, headers=headers)).json() for path in paths]


async def spare_area(desk: Desk) -> str:
    headers = desk.company.headers
    added = await desk.client.post("/v1/org/service-areas", headers=headers, json={"radius_miles": "7.5"})
    area_id: str = added.json()["id"]
    return area_id


async def send(desk: Desk, headers: dict[str, str], operation: Operation, area_id: str) -> httpx.Response:
    path = operation.path.format(org=desk.company.id, area=area_id)
    body = operation.body
    if body is not None and "day" in body:
        body = body | {"day": str(next(DAYS))}
    return await desk.client.request(operation.method, path, headers=headers, json=body)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
@pytest.mark.parametrize("kind", list(Kind))
async def test_who_may(desk: Desk, kind: Kind, operation: Operation) -> None:
    await desk.client.put("/v1/org/cancellation-policy", headers=desk.company.headers, json={"kind": "flexible"})
    area_id = await spare_area(desk)
    before, rivals = await own_pages(desk, desk.company.headers), await own_pages(desk, desk.rival.headers)
    answer = await send(desk, desk.headers[kind], operation, area_id)
    status = operation.status if operation.allowed == EVERYBODY else expected(kind, operation.allowed, operation.status)
    assert answer.status_code == status, answer.text
    is_change = operation.method != "GET" and kind in operation.allowed
    assert (await own_pages(desk, desk.company.headers) != before) is is_change
    assert await own_pages(desk, desk.rival.headers) == rivals


async def test_another_companys_area_is_not_found_and_stays(desk: Desk) -> None:
    area_id = await spare_area(desk)
    before = await own_pages(desk, desk.company.headers)
    refused = await desk.client.delete(f"/v1/org/service-areas/{area_id}", headers=desk.rival.headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "service_area_not_found")
    assert await own_pages(desk, desk.company.headers) == before
