"""Bad input: each answered by a problem with a stable code that points at the place, and nothing is written."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest

from app.runtime.db.session import Database
from tests.bad_requests import GOOD, TABLE, Bad
from tests.conftest import Logins
from tests.factories.bookings import new_key
from tests.factories.standing import World, world_of

pytestmark = pytest.mark.integration

INTERNALS: Final = ("Traceback", "asyncpg", "sqlalchemy", "psycopg", "SELECT ", "INSERT ", "ix_", "uq_", "ex_")


@pytest.fixture(scope="module")
async def world(
    logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world_of(logins, app_database, tmp_path_factory.mktemp("world")) as made:
        yield made


def filled(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace(f"{{{name}}}", value)
    return text


async def send(world: World, bad: Bad) -> httpx.Response:
    method, _, path = filled(bad.request, world.ids).partition(" ")
    version = '"v2"' if "{confirmed}" in bad.request else '"v1"'
    headers = {"Content-Type": "application/json", "If-Match": version} | world.headers_of(bad.who)
    if method == "POST" and (bad.headers or {}).get("Idempotency-Key") != "-":
        headers |= new_key()
    headers |= {name: value for name, value in (bad.headers or {}).items() if value != "-"}
    content: bytes | None = bad.body
    if isinstance(bad.body, str | dict):
        text = bad.body if isinstance(bad.body, str) else json.dumps(bad.body)
        content = filled(text, world.ids).encode()
    return await world.client.request(method, path, content=content, headers=headers)


def check_problem(answer: httpx.Response, bad: Bad) -> None:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert answer.status_code == told["status"] == bad.status, answer.text
    assert told["code"] in ((bad.code,) if bad.code else ("validation_failed", "pricing_config_invalid")), answer.text
    assert told["type"].endswith(f"/{told['code']}")
    assert told["request_id"] == answer.headers["x-request-id"]
    assert not any(word in answer.text for word in INTERNALS), answer.text
    if bad.fault is not None:
        pointer, code = bad.fault
        faults = {fault["pointer"]: fault["code"] for fault in told["errors"]}
        assert pointer in faults, faults
        assert code in ("", faults[pointer]) or faults[pointer].startswith(code), faults


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
async def test_bad_input_is_refused_and_nothing_is_written(world: World, bad: Bad) -> None:
    before = await world.row_counts()
    check_problem(await send(world, bad), bad)
    assert await world.row_counts() == before


@pytest.mark.parametrize(
    ("request_line", "body", "who"), GOOD, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_what_the_table_spoils_is_good_itself(world: World, request_line: str, body: Any, who: str) -> None:
    """Else it would prove nothing."""
    answer = await send(world, Bad("", request_line, body, 0, "", None, who))
    assert answer.is_success, answer.text
