"""What the house refuses before a use case is asked, and how it is told."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app import registry
from app.main import assemble, build_resources
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.web.middleware import BodyLimit, Envelope
from app.runtime.web.service import Readiness
from tests.conftest import SAN_FRANCISCO, Logins, Member, settings_for

pytestmark = pytest.mark.integration

AREAS = "/v1/org/service-areas"
JSON = {"Content-Type": "application/json"}
TRUCK = {"name": "T", "license_plate": "7ABC123", "capacity_cuft": 1600, "max_weight_lb": 9000, "base": SAN_FRANCISCO}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a well-formed problem."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["status"] == answer.status_code
    assert body["type"].endswith(f"/{body['code']}")
    assert body["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"not json", b'{"a": 1,}', b"\xff\xfe", b"[" * 100_000, b'{"a":' * 20_000, b"{'radius_miles': 3}"],
    ids=["nothing", "half", "text", "comma", "not UTF-8", "deep lists", "deep objects", "quotes"],
)
async def test_a_body_that_is_not_json(client: httpx.AsyncClient, mover_a: Member, body: bytes):
    status, code = problem(await client.post(AREAS, content=body, headers=mover_a.headers | JSON))
    assert (status, code) in {(400, "not_json"), (422, "validation_failed")}
    assert (status == 422) == (body == b"")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"text"', b"NaN"])
async def test_a_body_that_is_json_of_another_kind(client: httpx.AsyncClient, mover_a: Member, body: bytes):
    answer = await client.post(AREAS, content=body, headers=mover_a.headers | JSON)
    assert problem(answer)[0] in {400, 422}


async def test_a_fault_is_pointed_at_and_what_was_sent_is_not_repeated(client: httpx.AsyncClient, mover_a: Member):
    body = TRUCK | {"capacity_cuft": "secret", "paint/job": 1, "base": {**SAN_FRANCISCO, "state": "secret"}}
    del body["name"]
    answer = await client.post("/v1/trucks", json=body, headers=mover_a.headers)
    assert problem(answer) == (422, "validation_failed")
    told = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert set(told) == {"/name", "/capacity_cuft", "/paint~1job", "/base/state"}
    assert (told["/name"], told["/paint~1job"]) == ("required", "unknown_field")
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=1&limit=x", "limit=\u0661\u0660\u0660\u0660"]
)
async def test_a_query_out_of_bounds(client: httpx.AsyncClient, mover_a: Member, query: str):
    answer = await client.get(f"/v1/trucks?{query}", headers=mover_a.headers)
    assert problem(answer) == (422, "validation_failed")
    assert answer.json()["errors"][0]["pointer"].startswith("query:limit")


async def test_an_unknown_query_parameter(client: httpx.AsyncClient, mover_a: Member):
    answer = await client.get("/v1/trucks?limt=3", headers=mover_a.headers)
    assert problem(answer) == (422, "unknown_parameter")
    assert answer.json()["errors"][0]["pointer"] == "query:limt"


@pytest.mark.parametrize("one", ["x", "7", "0" * 36, "01890000-0000-7000-8000-00000000000g", "%00", "..%2f..%2fetc"])
async def test_an_id_that_is_none(client: httpx.AsyncClient, mover_a: Member, one: str):
    answer = await client.get(f"/v1/trucks/{one}", headers=mover_a.headers)
    assert problem(answer) in {(422, "validation_failed"), (404, "no_such_route")}


async def test_a_path_and_a_method_that_do_not_exist(client: httpx.AsyncClient, mover_a: Member):
    assert problem(await client.get("/v1/nowhere")) == (404, "no_such_route")
    assert problem(await client.get("/v1/trucks/")) == (404, "no_such_route")
    answer = await client.put("/v1/trucks", json={}, headers=mover_a.headers)
    assert problem(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"]


class TestBodyLimit:
    LARGE = b'{"radius_miles": ' + b" " * 300 * 1024 + b"3}"

    async def test_a_large_body_is_refused_by_what_it_announces(self, client: httpx.AsyncClient, mover_a: Member):
        answer = await client.post(AREAS, content=self.LARGE, headers=mover_a.headers | JSON)
        assert problem(answer) == (413, "body_too_large")

    @pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "large"}], ids=["plain", "keyed"])
    async def test_and_by_what_really_comes(self, client: httpx.AsyncClient, mover_a: Member, key: dict[str, str]):
        sent = 0

        async def stream() -> AsyncIterator[bytes]:
            nonlocal sent
            for _ in range(1_000):
                sent += 1
                yield b" " * 16 * 1024

        answer = await client.post(AREAS, content=stream(), headers=mover_a.headers | JSON | key)
        assert problem(answer) == (413, "body_too_large")
        assert sent == 256 // 16 + 1  # and no more was read
        areas = (await client.get(AREAS, headers=mover_a.headers)).json()["items"]
        assert len(areas) == 1

    async def test_up_to_the_limit_it_is_taken(self, client: httpx.AsyncClient, mover_a: Member):
        body = b'{"radius_miles": 3}'.ljust(256 * 1024)
        assert (await client.post(AREAS, content=body, headers=mover_a.headers | JSON)).status_code == 201
        answer = await client.post(AREAS, content=body + b" ", headers=mover_a.headers | JSON)
        assert problem(answer) == (413, "body_too_large")

    @pytest.mark.parametrize("length", [b"-1", b"1e3", b"", b"\xb2", b"9" * 5_000], ids=repr)
    async def test_a_length_that_is_none_is_refused(self, app: FastAPI, length: bytes):
        """Servers refuse these before us; the bound does not count on it."""
        started: list[int] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"{}", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                started.append(int(str(message["status"])))

        scope = {
            "type": "http",
            "method": "POST",
            "path": AREAS,
            "query_string": b"",
            "headers": [(b"content-length", length), (b"content-type", b"application/json")],
        }
        await BodyLimit(app, largest_bytes=1_000)(scope, receive, send)  # type: ignore[arg-type]
        assert started == [413]

    @pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip", "x"])
    async def test_a_compressed_body_is_refused(self, client: httpx.AsyncClient, mover_a: Member, coding: str):
        headers = mover_a.headers | JSON | {"Content-Encoding": coding}
        answer = await client.post(AREAS, content=gzip.compress(b'{"radius_miles": 3}'), headers=headers)
        assert problem(answer) == (415, "unsupported_media_type")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
    async def test_a_body_that_says_it_is_something_else(self, client: httpx.AsyncClient, mover_a: Member, kind: str):
        headers = mover_a.headers | {"Content-Type": kind}
        answer = await client.post(AREAS, content=b'{"radius_miles": 3}', headers=headers)
        assert problem(answer)[0] in {415, 422}
        assert len((await client.get(AREAS, headers=mover_a.headers)).json()["items"]) == 1


class TestEnvelope:
    async def test_a_request_id_of_ours_or_of_the_callers(self, client: httpx.AsyncClient):
        made = (await client.get("/v1/errors")).headers["x-request-id"]
        assert len(made) == 32
        kept = await client.get("/v1/errors", headers={"X-Request-Id": "trace-0123456789"})
        assert kept.headers["x-request-id"] == "trace-0123456789"

    @pytest.mark.parametrize("sent", ["short", "x" * 65, "a b c d e f g h", "evil\tvalue", "<script>alert</script>"])
    async def test_a_request_id_that_could_do_harm_is_not_taken(self, client: httpx.AsyncClient, sent: str):
        answer = await client.get("/v1/errors", headers={"X-Request-Id": sent})
        assert answer.headers["x-request-id"] != sent

    async def test_every_answer_has_the_headers_that_protect(self, client: httpx.AsyncClient):
        for path in ("/v1/errors", "/v1/nowhere", "/v1/trucks"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["cache-control"] == "no-store", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert headers["referrer-policy"] == "no-referrer", path
            assert "strict-transport-security" not in headers, path

    async def test_browsers_are_held_to_https_where_there_is_https(
        self, logins: Logins, tmp_path: Path, app_database: Database
    ):
        settings = settings_for(logins, tmp_path, http={"public_url": "https://movehub.example"})
        resources = build_resources(settings, app_database)
        app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            headers = (await client.get("/v1/errors")).headers
        await resources.close()
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"

    async def test_the_root_tells_where_to_look_further(self, client: httpx.AsyncClient):
        assert (await client.get("/")).json() == {"name": "MoveHub", "health": "/health", "docs": "/docs"}

    async def test_a_fault_of_ours_tells_nothing(
        self, app: FastAPI, resources: Resources, caplog: pytest.LogCaptureFixture
    ):
        async def broken() -> None:
            raise RuntimeError("SELECT secret FROM vault")

        app.add_api_route("/broken", broken)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            with caplog.at_level(logging.ERROR):
                answer = await client.get("/broken")
        assert problem(answer) == (500, "internal_error")
        assert "secret" not in answer.text
        assert "vault" in caplog.text  # the trace is in the log

    async def test_what_takes_too_long_is_given_up(self, resources: Resources):
        async def slow(_scope: object, _receive: object, _send: object) -> None:
            await asyncio.sleep(30)

        app = Envelope(slow, metrics=resources.metrics, deadline_seconds=0.05, is_https=False)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
            answer = await client.get("/anything")
        assert problem(answer) == (504, "timed_out")
