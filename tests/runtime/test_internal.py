"""What operators ask for: on a listener of its own, and in production on no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from app import registry
from app.main import assemble
from app.runtime.resources import Resources
from app.runtime.settings import Environment, HttpSettings
from app.runtime.web.internal import assemble_internal, listening_inside
from app.runtime.web.service import Readiness
from tests.conftest import Logins

pytestmark = pytest.mark.integration

FOR_OPERATORS = ("/metrics", "/openapi.json", "/docs", "/redoc", "/assets/docs.css")


@asynccontextmanager
async def public(resources: Resources, logins: Logins, **changes: object) -> AsyncIterator[httpx.AsyncClient]:
    changed = replace(resources, settings=resources.settings.model_copy(update=changes))
    app = assemble(changed, Readiness(logins.app, registry.schema_revision()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


@pytest.mark.parametrize("path", [*FOR_OPERATORS, "/dev/mailbox"])
async def test_in_production_the_public_listener_has_none_of_it(resources: Resources, logins: Logins, path: str):
    async with public(resources, logins) as development:
        assert (await development.get(path)).status_code == 200
    async with public(resources, logins, environment=Environment.PRODUCTION) as production:
        answer = await production.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_route")
        assert (await production.get("/health/ready")).status_code == 200


async def test_the_internal_listener_of_the_api_has_all_of_it(resources: Resources, logins: Logins):
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    inside = HttpSettings(internal_port=0)
    async with (
        listening_inside(assemble_internal(resources, app.openapi), inside) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        assert [(await client.get(path)).status_code for path in FOR_OPERATORS] == [200] * 5
        assert "/v1/search" in (await client.get("/openapi.json")).json()["paths"]
        assert (await client.get("/v1/errors")).status_code == 404


async def test_the_worker_tells_what_waits_and_has_nothing_else(worker_resources: Resources):
    worker_resources.metrics.unsent.set(7)
    async with (
        listening_inside(assemble_internal(worker_resources), HttpSettings(internal_port=0)) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        assert "movehub_outbox_unsent 7.0" in (await client.get("/metrics")).text
        assert (await client.get("/docs")).status_code == 404
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"http://127.0.0.1:{port}/metrics")


async def test_without_a_port_nobody_listens(resources: Resources):
    async with listening_inside(assemble_internal(resources), HttpSettings()) as port:
        assert port is None


async def test_a_host_that_is_not_ours_is_refused_and_a_probe_is_not(resources: Resources, logins: Logins):
    http = resources.settings.http.model_copy(update={"hosts": ("api.movehub.example",)})
    async with public(resources, logins, http=http) as client:
        for host, status in (
            ("api.movehub.example", 200),
            ("API.movehub.example:443", 200),
            ("evil.example", 400),
            ("api.movehub.example.evil.example", 400),
            ("api.movehub.example:80:evil", 400),
        ):
            answer = await client.get("/v1/errors", headers={"host": host})
            assert answer.status_code == status, host
        assert answer.json()["code"] == "host_refused"
        assert (await client.get("/health/live", headers={"host": "10.0.0.7:8000"})).status_code == 200


async def test_who_is_not_ready_says_when_to_ask_again(resources: Resources, logins: Logins):
    app = assemble(resources, Readiness(logins.app, "another release's"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()["missing"]) == (503, "migrations")
    assert answer.headers["retry-after"] == "2"
