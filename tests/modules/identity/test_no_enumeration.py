"""Whether an address has an account is told by no answer and by no time that it takes (AUTH-10)."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.settings import Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins, register

pytestmark = pytest.mark.integration

TRIES = 200
WARM_UP = 10
WRONG = "a wrong one, and long"
# Each has an address that is known or not, and whatever else it takes.
ASKED: dict[str, dict[str, Any]] = {
    "/v1/auth/login": {"password": WRONG},
    "/v1/auth/password-reset/request": {},
    "/v1/auth/verify-email/request": {},
}


@pytest.fixture
async def slow_hashing(
    settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a program whose hashing takes milliseconds: were it left out for anybody, that would show."""
    auth = settings.auth.model_copy(update={"argon2_memory_kib": 8 * 1024})
    resources = build_resources(settings.model_copy(update={"auth": auth}), app_database, clock=clock)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        client._transport.app = app  # type: ignore[attr-defined]
        yield client
    await resources.close()


@pytest.mark.parametrize("path", ASKED)
async def test_a_known_and_an_unknown_address_are_answered_alike(client: httpx.AsyncClient, path: str):
    known = (await register(client)).email
    answers = []
    for email in (known, f"{uuid4().hex}@example.com"):
        answer = await client.post(path, json={"email": email, **ASKED[path]})
        body = (answer.json() if answer.content else None) or {}
        body.pop("request_id", None)
        headers = {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "ratelimit"}}
        answers.append((answer.status_code, body, headers))
    assert answers[0] == answers[1]


@pytest.mark.gate
@pytest.mark.parametrize("path", ASKED)
async def test_a_known_and_an_unknown_address_take_the_same_time(slow_hashing: httpx.AsyncClient, path: str):
    """The medians of tries that took turns lie closer together than the tries of one address among themselves."""
    known = (await register(slow_hashing)).email
    taken: dict[str, list[float]] = {known: [], f"{uuid4().hex}@example.com": []}
    for turn in range(WARM_UP + TRIES):
        for email, times in taken.items():
            started = time.perf_counter()
            await slow_hashing.post(path, json={"email": email, **ASKED[path]})
            if turn >= WARM_UP:
                times.append(time.perf_counter() - started)
    of_known, of_unknown = taken.values()
    low, _, high = statistics.quantiles(of_known, n=4)
    apart = abs(statistics.median(of_known) - statistics.median(of_unknown))
    assert apart <= max(high - low, 0.001), (apart, high - low)
    assert apart <= 0.005
