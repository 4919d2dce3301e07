"""Whether an address has an account is told by no answer and by no time that it takes (AUTH-10)."""

from __future__ import annotations

import logging
import statistics
import time
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins, register
from tests.factories.customers import new_email, new_phone, sign_in_customer

pytestmark = pytest.mark.integration
logger = logging.getLogger(__name__)

TRIES = 200
WARM_UP = 10
# Seconds; what people sent over a network cannot tell apart from its noise.
APART = 0.005
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


async def assert_same_time(
    client: httpx.AsyncClient, path: str, known: dict[str, Any], unknown: dict[str, Any]
) -> None:
    """The medians of tries that took turns lie closer together than the tries of the known one among themselves."""
    of_known: list[float] = []
    of_unknown: list[float] = []
    for turn in range(WARM_UP + TRIES):
        for body, times in ((known, of_known), (unknown, of_unknown)):
            started = time.perf_counter()
            answer = await client.post(path, json=body)
            if turn >= WARM_UP:
                times.append(time.perf_counter() - started)
            assert answer.status_code in {202, 204, 401}, answer.text
    low, _, high = statistics.quantiles(of_known, n=4)
    medians = [statistics.median(times) for times in (of_known, of_unknown)]
    apart = abs(medians[0] - medians[1])
    logger.warning(
        "%s: medians %.2f and %.2f ms, known %.2f ms wide", path, *(1e3 * m for m in medians), 1e3 * (high - low)
    )
    assert apart <= max(high - low, 0.001), (apart, high - low)
    assert apart <= APART


@pytest.mark.gate
@pytest.mark.parametrize("path", ASKED)
async def test_a_known_and_an_unknown_address_take_the_same_time(slow_hashing: httpx.AsyncClient, path: str):
    emails = (await register(slow_hashing)).email, f"{uuid4().hex}@example.com"
    known, unknown = [{"email": email, **ASKED[path]} for email in emails]
    await assert_same_time(slow_hashing, path, known, unknown)


@pytest.mark.gate
@pytest.mark.parametrize("make", [new_phone, new_email])
async def test_a_customers_code_takes_the_same_time_as_a_strangers(
    slow_hashing: httpx.AsyncClient, resources: Resources, make: Callable[[], str]
):
    known, unknown = [{"phone" if make is new_phone else "email": make()} for _ in range(2)]
    await sign_in_customer(slow_hashing, resources, **known)
    await assert_same_time(slow_hashing, "/v1/customers/otp", known, unknown)
