"""Pages of other origins: those that the settings name, exactly, and no others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app import registry
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.web.service import Readiness
from tests.conftest import Logins, settings_for

pytestmark = pytest.mark.integration

OURS = "https://app.movehub.example"
OTHERS = (
    "https://movehub.example",
    "http://app.movehub.example",
    "https://app.movehub.example:8443",
    "https://app.movehub.example.evil.example",
    "https://evil.example/https://app.movehub.example",
    "null",
)


@pytest.fixture
async def client(logins: Logins, tmp_path: Path, app_database: Database) -> AsyncIterator[httpx.AsyncClient]:
    resources = build_resources(settings_for(logins, tmp_path, http={"cors_origins": (OURS,)}), app_database)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made
    await resources.close()


async def test_the_origin_that_is_named_reads_answers_and_sends_its_cookies(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/errors", headers={"Origin": OURS})
    assert answer.headers["access-control-allow-origin"] == OURS
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "origin" in answer.headers["vary"].lower()
    preflight = {"Origin": OURS, "Access-Control-Request-Method": "PATCH"}
    asked = await client.options("/v1/org", headers=preflight | {"Access-Control-Request-Headers": "x-csrf-token"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, OURS)


@pytest.mark.parametrize("origin", OTHERS)
async def test_no_other_origin_reads_anything(client: httpx.AsyncClient, origin: str) -> None:
    answer = await client.get("/v1/errors", headers={"Origin": origin})
    assert "access-control-allow-origin" not in answer.headers
    preflight = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    asked = await client.options("/v1/auth/login", headers=preflight)
    assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK"])
async def test_a_method_that_would_send_back_what_it_was_sent_is_not_taken(
    client: httpx.AsyncClient, method: str
) -> None:
    sent = {"Authorization": "Bearer secret-of-mine"}
    answer = await client.request(method, "/v1/errors", headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "secret-of-mine" not in answer.text
