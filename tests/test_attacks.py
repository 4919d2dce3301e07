"""Attacks on identity that no module's own tests try; the table of docs/security.md has a row for each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import WebSocketRoute

from app import registry
from app.main import assemble, build_resources
from app.runtime.auth.credentials import ACCESS_COOKIE, REFRESH_COOKIE, SECURE_PREFIX
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import Environment
from app.runtime.web.service import Readiness
from tests.conftest import PASSWORD, Logins, Member, settings_for


def _client(app: FastAPI, address: str = "192.0.2.1", *, scheme: str = "http") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url=f"{scheme}://test")


def _network() -> str:
    """A /24 that has not asked before: counters outlive a test."""
    number = uuid4().int
    return f"100.{64 + number % 64}.{(number >> 8) % 256}"


@pytest.fixture
async def limited(logins: Logins, tmp_path: Path, app_database: Database) -> AsyncIterator[FastAPI]:
    settings = settings_for(logins, tmp_path, limits={"factor": 1, "anonymous_per_minute": 1_000_000})
    resources = build_resources(settings, app_database)
    yield assemble(resources, Readiness(logins.app, registry.schema_revision()))
    await resources.close()


async def _guess(client: httpx.AsyncClient, email: str, password: str = "a wrong guess of mine") -> int:
    return (await client.post("/v1/auth/login", json={"email": email, "password": password})).status_code


@pytest.mark.integration
class TestGuessing:
    async def test_38_stuffing_is_a_hundred_an_hour_from_an_address_and_its_victims_still_sign_in(
        self, limited: FastAPI, mover_a: Member
    ) -> None:
        async with _client(limited, f"{_network()}.1") as thief:
            accounts = [mover_a.email, *(f"{uuid4().hex}@example.com" for _ in range(149))]
            statuses = await asyncio.gather(*(_guess(thief, email) for email in accounts))
        assert (statuses.count(401), statuses.count(429)) == (100, 50)
        async with _client(limited, f"{_network()}.1") as owner:
            assert await _guess(owner, mover_a.email, PASSWORD) == 200

    async def test_39_guesses_from_many_places_are_twenty_an_hour_and_the_owner_is_not_locked_out(
        self, limited: FastAPI, mover_a: Member
    ) -> None:
        home, far = _network(), _network()
        async with _client(limited, f"{home}.1") as owner:
            assert await _guess(owner, mover_a.email, PASSWORD) == 200
        statuses = []
        for host in range(10):
            async with _client(limited, f"{far}.{host}") as thief:
                statuses += [await _guess(thief, mover_a.email) for _ in range(4)]
        assert (statuses.count(401), statuses.count(429)) == (19, 21), "one of the twenty was the owner's"
        async with _client(limited, f"{far}.200") as thief:
            assert await _guess(thief, mover_a.email, PASSWORD) == 429, "the right one is not tried either"
        async with _client(limited, f"{home}.77") as owner:
            assert await _guess(owner, mover_a.email, PASSWORD) == 200

    async def test_39_an_account_that_is_none_is_refused_as_early(self, limited: FastAPI) -> None:
        far, email, statuses = _network(), f"{uuid4().hex}@example.com", []
        for host in range(6):
            async with _client(limited, f"{far}.{host}") as thief:
                statuses += [await _guess(thief, email) for _ in range(4)]
        assert (statuses.count(401), statuses.count(429)) == (20, 4)


@pytest.mark.integration
class TestKinds:
    async def test_27_a_token_of_one_kind_does_no_others_work(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        login = {"email": mover_a.email, "password": PASSWORD}
        told = (await client.post("/v1/auth/login", json=login)).json()
        for text in (told["refresh_token"], str(uuid4()), "123456"):
            answer = await client.get("/v1/auth/me", headers={"Authorization": f"Bearer {text}"})
            assert answer.status_code == 401
        head = told["access_token"][:150]
        for text, status in ((told["access_token"], 422), (head, 401), (f"mhr_{head}", 401), ("123456", 401)):
            answer = await client.post("/v1/auth/refresh", json={"refresh_token": text})
            assert answer.status_code == status


@pytest.mark.integration
class TestCookies:
    async def test_36_a_cookie_that_a_sibling_could_set_is_not_believed(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, logins: Logins
    ) -> None:
        login = {"email": mover_a.email, "password": PASSWORD}
        told = (await client.post("/v1/auth/login", json=login)).json()
        settings = resources.settings.model_copy(update={"environment": Environment.PRODUCTION})
        production = assemble(replace(resources, settings=settings), Readiness(logins.app, registry.schema_revision()))
        async with _client(production, scheme="https") as browser:
            for prefix, status in ((SECURE_PREFIX, 200), ("", 401)):
                sent = {"cookie": f"{prefix}{ACCESS_COOKIE}={told['access_token']}"}
                assert (await browser.get("/v1/auth/me", headers=sent)).status_code == status
            planted = {"cookie": f"{REFRESH_COOKIE}={told['refresh_token']}", "sec-fetch-site": "same-origin"}
            assert (await browser.post("/v1/auth/refresh", json={}, headers=planted)).status_code == 401


async def test_49_two_authorization_headers_are_one_too_many(client: httpx.AsyncClient, mover_a: Member):
    """Whatever is in front may have looked at the other one."""
    mine = mover_a.headers["Authorization"]
    for first, second in ((mine, "Bearer x"), ("Bearer x", mine), (mine, mine)):
        refused = await client.get("/v1/auth/me", headers=[("Authorization", first), ("Authorization", second)])
        assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")


@pytest.mark.integration
async def test_37_there_is_no_websocket_to_take_over(client: httpx.AsyncClient, app: FastAPI, mover_a: Member):
    assert [route for route in app.routes if isinstance(route, WebSocketRoute)] == []
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "a"}
    for path in ("/ws", "/v1/bookings"):
        answer = await client.get(path, headers=mover_a.headers | asked)
        assert answer.status_code in (200, 404)
        assert "upgrade" not in answer.headers
