from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest
from starlette.responses import Response

from app.kernel.clock import ManualClock
from app.runtime.web.route import fingerprint_of
from tests.conftest import Logins, Member

pytestmark = pytest.mark.integration

PATH = "/v1/org/service-areas"


async def add(client: httpx.AsyncClient, member: Member, key: str, miles: float = 30) -> httpx.Response:
    headers = member.headers | {"Idempotency-Key": key}
    return await client.post(PATH, json={"radius_miles": miles}, headers=headers)


async def count(client: httpx.AsyncClient, member: Member) -> int:
    return len((await client.get(PATH, headers=member.headers)).json()["items"])


async def test_the_same_key_and_body_get_the_first_answer_again(client: httpx.AsyncClient, mover_a: Member):
    key = uuid4().hex
    first, second = await add(client, mover_a, key), await add(client, mover_a, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await count(client, mover_a) == 2


async def test_an_answer_whose_key_is_gone_is_a_refusal_that_says_so(
    client: httpx.AsyncClient, mover_a: Member, logins: Logins
):
    key = uuid4().hex
    assert (await add(client, mover_a, key)).status_code == 201
    connection = await asyncpg.connect(logins.admin)
    flipped = "UPDATE app.idempotency_keys SET body = set_byte(body, 2, get_byte(body, 2) # 1) WHERE key = $1"
    assert await connection.execute(flipped, key) == "UPDATE 1"
    await connection.close()
    again = await add(client, mover_a, key)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_gone")
    assert await count(client, mover_a) == 2


async def test_an_answer_that_is_no_text_is_kept_too(
    client: httpx.AsyncClient, mover_a: Member, monkeypatch: pytest.MonkeyPatch
):
    picture = bytes(range(256))
    key = uuid4().hex
    with monkeypatch.context() as patched:
        patched.setattr(Response, "render", lambda *_: picture)
        first = await add(client, mover_a, key)
    second = await add(client, mover_a, key)
    assert [(one.status_code, one.content) for one in (first, second)] == [(201, picture)] * 2
    assert await count(client, mover_a) == 2


async def test_another_body_is_refused(client: httpx.AsyncClient, mover_a: Member):
    key = uuid4().hex
    await add(client, mover_a, key)
    refused = await add(client, mover_a, key, miles=31)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert await count(client, mover_a) == 2


async def test_the_same_body_in_other_words_is_the_same_body(client: httpx.AsyncClient, mover_a: Member):
    headers = mover_a.headers | {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    center = {"lat": 37.77, "lng": -122.42}
    spellings = (
        json.dumps({"radius_miles": 30.5, "center": center}),
        json.dumps({"center": dict(reversed(center.items())), "radius_miles": 30.5}, indent=4),
        '{"center":{"lat":37.77,"lng":-122.42},"radius_mile\\u0073":30.5}',
    )
    first, *again = [await client.post(PATH, content=body, headers=headers) for body in spellings]
    assert first.status_code == 201, first.text
    assert [(one.status_code, one.content) for one in again] == [(201, first.content)] * 2
    assert await count(client, mover_a) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (b'{"a":1}', b'{"a":"1"}'),
        (b'{"a":1.5}', b'{"a":"1.5"}'),
        (b'{"a":0.1}', b'{"a":0.10000000000000000001}'),
        (b'{"a":[1,2]}', b'{"a":[2,1]}'),
        (b'{"a":null}', b"{}"),
        (b"", b"null"),
        (b"{", b"["),
        (b"[" * 100_000, b"[" * 100_001),
        (b"9" * 5000, b"9" * 5001),
        (b"\xff", b"\xfe"),
    ],
)
def test_other_bodies_have_other_fingerprints(first: bytes, second: bytes):
    assert fingerprint_of(first, around="") != fingerprint_of(second, around="")


async def test_a_hundred_at_once_have_one_effect(client: httpx.AsyncClient, mover_a: Member):
    key = uuid4().hex
    answers = await asyncio.gather(*(add(client, mover_a, key) for _ in range(100)))
    codes = {(one.status_code, one.json().get("code")) for one in answers}
    # A machine that is busy otherwise may give one up; it has then changed nothing.
    assert codes <= {(201, None), (409, "idempotency_in_progress"), (504, "database_timed_out")}
    assert len({one.json()["id"] for one in answers if one.status_code == 201}) == 1
    assert await count(client, mover_a) == 2


async def test_a_key_is_its_callers_own(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    key = uuid4().hex
    first, second = await add(client, mover_a, key), await add(client, mover_b, key, miles=31)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_what_failed_leaves_no_key(client: httpx.AsyncClient, mover_a: Member):
    key = uuid4().hex
    assert (await add(client, mover_a, key, miles=-1)).status_code == 422
    assert (await add(client, mover_a, key)).status_code == 201


async def test_a_key_is_kept_for_a_day(client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
    key = uuid4().hex
    first = await add(client, mover_a, key)
    clock.advance(timedelta(hours=24, seconds=1))
    login = {"email": mover_a.email, "password": "correct horse battery"}
    told = (await client.post("/v1/auth/login", json=login)).json()
    later = Member(mover_a.org_id, mover_a.email, {"Authorization": f"Bearer {told['access_token']}"})
    second = await add(client, later, key)
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\u00e9"])
async def test_a_malformed_key_is_refused(client: httpx.AsyncClient, mover_a: Member, key: str):
    headers = httpx.Headers([*mover_a.headers.items(), ("Idempotency-Key", key)], encoding="latin-1")
    refused = await client.post(PATH, json={"radius_miles": 30}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_malformed")
    assert await count(client, mover_a) == 1
