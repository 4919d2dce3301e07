"""Limits over HTTP: what answers tell of them, whose bucket a request falls into, and doors without Redis."""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from app import registry
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.settings import Settings
from app.runtime.web.addresses import address_of
from app.runtime.web.server import configure_server
from app.runtime.web.service import Readiness
from tests.conftest import Logins, settings_for
from tests.running import environ_of, free_port, running, serve, until_ready

pytestmark = pytest.mark.integration

BALANCER = "10.9.8.7"
LOGIN = {"email": "nobody@example.com", "password": "wrong horse battery"}


@pytest.fixture
def limited(logins: Logins, tmp_path: Path) -> Settings:
    return settings_for(logins, tmp_path, limits={"factor": 1}, http={"trusted_proxies": [BALANCER]})


@pytest.fixture
async def limited_app(limited: Settings, app_database: Database, logins: Logins) -> Any:
    resources = build_resources(limited, app_database)
    yield assemble(resources, Readiness(logins.app, registry.schema_revision()))
    await resources.close()


def _address() -> str:
    """Somebody who has not asked before: counters outlive a test."""
    number = uuid4().int
    return f"100.{64 + number % 64}.{(number >> 8) % 256}.{(number >> 16) % 256}"


def _client(app: ASGIApp, address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://test")


class TestTold:
    async def test_every_answer_tells_the_limits_it_was_counted_against(self, limited_app: FastAPI):
        async with _client(limited_app, _address()) as client:
            answers = [
                await client.get("/v1/errors"),
                await client.get("/v1/no-such-route"),
                await client.get("/v1/org"),
                await client.post("/v1/search", content=b"<", headers={"content-type": "text/plain"}),
                await client.post("/v1/auth/login", json={}, headers={"content-length": "999999999"}),
                await client.post("/v1/auth/login", json={}, headers={"content-encoding": "gzip"}),
            ]
        assert [answer.status_code for answer in answers] == [200, 404, 401, 415, 413, 415]
        policies = [answer.headers.get("ratelimit-policy") for answer in answers]
        assert policies == ['"anonymous";q=60;w=60'] * 6
        lefts = [answer.headers["ratelimit"].split(";")[1] for answer in answers]
        assert lefts == [f"r={left}" for left in (59, 58, 57, 56, 55, 54)]

    async def test_a_door_tells_its_own_beside_and_when_it_opens_again(self, limited_app: FastAPI):
        async with _client(limited_app, _address()) as client:
            answers = [await client.post("/v1/auth/login", json=LOGIN) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        told = [answer.headers["ratelimit"].split(", ")[1] for answer in answers]
        assert [one.split(";")[:2] for one in told] == [['"sign_in"', f"r={left}"] for left in (4, 3, 2, 1, 0, 0)]
        wait = int(told[-1].rsplit("=", 1)[1])
        assert 170 <= wait <= 180 <= int(answers[-1].headers["retry-after"]) + 10
        assert "retry-after" not in answers[0].headers


class TestBuckets:
    async def test_a_thousand_forged_forwarders_are_one_caller(self, limited_app: FastAPI, limited: Settings):
        config = configure_server(limited_app, limited)
        config.load()
        started = time.monotonic()
        async with _client(config.loaded_app, _address()) as client:
            statuses = await asyncio.gather(
                *(
                    client.get("/v1/errors", headers={"x-forwarded-for": f"192.0.{n >> 8}.{n & 255}"})
                    for n in range(1_000)
                )
            )
        comes_free = time.monotonic() - started
        assert 60 <= sum(answer.status_code == 200 for answer in statuses) <= 61 + comes_free, "one a second comes free"

    async def test_behind_the_proxy_the_proxys_word_counts_and_not_the_callers(
        self, limited_app: FastAPI, limited: Settings
    ):
        config = configure_server(limited_app, limited)
        config.load()
        caller, other = _address(), _address()
        async with _client(config.loaded_app, BALANCER) as client:
            for forged in range(5):
                await client.get("/v1/errors", headers={"x-forwarded-for": f"192.0.2.{forged}, {caller}"})
            mine = await client.get("/v1/errors", headers={"x-forwarded-for": caller})
            theirs = await client.get("/v1/errors", headers={"x-forwarded-for": other})
        assert mine.headers["ratelimit"].split(";")[1] == "r=54"
        assert theirs.headers["ratelimit"].split(";")[1] == "r=59"

    async def test_spelling_and_verbs_open_no_new_bucket(self, limited_app: FastAPI):
        async with _client(limited_app, _address()) as client:
            asked = [
                ("GET", "/v1/errors"),
                ("HEAD", "/v1/errors"),
                ("GET", "/V1/Errors"),
                ("PUT", "//v1//errors/"),
                ("GET", "/v1/%65rrors?a=1"),
            ]
            answers = [await client.request(method, path) for method, path in asked]
        assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == [f"r={59 - n}" for n in range(5)]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
            ("2001:db8::1", "2001:0db8:0000:0000:9::", True),
            ("2001:db8::1", "2001:db8:0:1::1", False),
            ("::1", "::2", True),
            ("fe80::1%eth0", "fe80::2%eth1", True),
            ("::ffff:192.0.2.7", "192.0.2.7", True),
            ("192.0.2.7", "192.0.2.8", False),
        ],
    )
    def test_of_ipv6_the_network_of_a_subscriber_is_one(self, one: str, other: str, same: bool):
        found = [address_of({"type": "http", "client": (host, 1)}) for host in (one, other)]
        assert (found[0] == found[1]) is same


def test_redis_killed_two_processes_keep_one_count_of_a_door_and_reads_go_on(logins: Logins, tmp_path: Path):
    redis_port = free_port()
    with ExitStack() as stack:
        redis = stack.enter_context(
            running(
                "redis-server", "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)
            )
        )
        settings = environ_of(logins, f"redis://127.0.0.1:{redis_port}/0", tmp_path)
        urls = [serve(stack, settings) for _ in range(2)]
        for url in urls:
            until_ready(url)
        with httpx.Client() as client:
            login = LOGIN | {"email": f"{uuid4().hex}@example.com"}
            assert client.post(f"{urls[0]}/v1/auth/login", json=login).status_code == 401
            redis.kill()
            redis.wait(10)
            statuses = [client.post(f"{urls[turn % 2]}/v1/auth/login", json=login).status_code for turn in range(14)]
            assert sorted(statuses) == [401] * 5 + [429] * 9, "five at both doors together, not five at each"
            assert [client.get(f"{url}/v1/errors").status_code for url in urls] == [200, 200]
            assert client.get(f"{urls[0]}/health/ready").json()["degraded"] == ["redis"]
