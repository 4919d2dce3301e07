"""Where somebody is signed in: seen, ended singly, and over by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.identity.rules import coarse_network
from tests.conftest import PASSWORD, Member

pytestmark = pytest.mark.integration

SESSIONS = "/v1/auth/sessions"


async def sign_in(client: httpx.AsyncClient, member: Member, device: str) -> tuple[dict[str, str], str]:
    """The headers and the refresh token of a new session."""
    answer = await client.post(
        "/v1/auth/login", json={"email": member.email, "password": PASSWORD}, headers={"User-Agent": device}
    )
    told = answer.json()
    return {"Authorization": f"Bearer {told['access_token']}"}, told["refresh_token"]


async def spend(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post("/v1/auth/refresh", json={"refresh_token": refresh_token})


async def test_a_session_is_listed_with_its_device_and_the_one_that_asks_is_marked(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    phone, _ = await sign_in(client, mover_a, "Phone/1")
    clock.advance(timedelta(minutes=2))
    await sign_in(client, mover_a, "Laptop/" + "x" * 500)
    listed = (await client.get(SESSIONS, headers=phone)).json()["items"]
    assert [one["device"][:7] for one in listed[:2]] == ["Laptop/", "Phone/1"]
    assert len(listed[0]["device"]) == 200
    assert [one["is_current"] for one in listed[:2]] == [False, True]
    assert listed[1]["network"] == "127.0.0.0/24"
    assert listed[1]["created_at"] == listed[1]["last_used_at"] == "2027-03-01T17:00:00Z"
    assert listed[1]["expires_at"] == "2027-03-15T17:00:00Z"


async def test_a_session_is_ended_by_another_and_at_once(client: httpx.AsyncClient, mover_a: Member):
    phone, refresh_token = await sign_in(client, mover_a, "Phone/1")
    laptop, _ = await sign_in(client, mover_a, "Laptop/1")
    [phone_id] = [one["id"] for one in (await client.get(SESSIONS, headers=phone)).json()["items"] if one["is_current"]]
    assert (await client.delete(f"{SESSIONS}/{phone_id}", headers=laptop)).status_code == 204
    assert (await client.get("/v1/auth/me", headers=phone)).json()["code"] == "session_ended"
    assert (await spend(client, refresh_token)).json()["code"] == "refresh_refused"
    assert phone_id not in {one["id"] for one in (await client.get(SESSIONS, headers=laptop)).json()["items"]}
    again = await client.delete(f"{SESSIONS}/{phone_id}", headers=laptop)
    assert (again.status_code, again.json()["code"]) == (404, "session_not_found")


async def test_nobody_sees_or_ends_a_strangers_session(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    own = {one["id"] for one in (await client.get(SESSIONS, headers=mover_a.headers)).json()["items"]}
    others = {one["id"] for one in (await client.get(SESSIONS, headers=mover_b.headers)).json()["items"]}
    assert own
    assert not own & others
    for session_id in (*own, uuid4()):
        answer = await client.delete(f"{SESSIONS}/{session_id}", headers=mover_b.headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "session_not_found")
    assert (await client.get("/v1/auth/me", headers=mover_a.headers)).status_code == 200


async def test_a_sign_in_takes_no_session_id_from_its_caller(client: httpx.AsyncClient, mover_a: Member):
    """Fixation: what was there before a sign-in is worth nothing after it."""
    headers = {"Origin": "http://test"}
    body = {"email": mover_a.email, "password": PASSWORD, "transport": "cookie"}
    seen = set()
    for _ in range(3):
        seen.add((await client.post("/v1/auth/login", json=body, headers=headers)).json()["csrf_token"])
    assert len(seen) == 3


async def test_of_fifty_refreshes_at_once_there_is_one_successor(client: httpx.AsyncClient, mover_a: Member):
    headers, refresh_token = await sign_in(client, mover_a, "Phone/1")
    answers = await asyncio.gather(*(spend(client, refresh_token) for _ in range(50)))
    assert {one.status_code for one in answers} == {200}
    assert len({one.json()["refresh_token"] for one in answers}) == 1
    assert (await client.get("/v1/auth/me", headers=headers)).status_code == 200


async def test_a_session_that_is_used_lives_on_but_not_for_ever(
    client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
):
    _, refresh_token = await sign_in(client, mover_a, "Phone/1")
    for _ in range(2):
        clock.advance(timedelta(days=13))
        answer = await spend(client, refresh_token)
        assert answer.status_code == 200
        refresh_token = answer.json()["refresh_token"]
    clock.advance(timedelta(days=4) - timedelta(seconds=1))
    answer = await spend(client, refresh_token)
    assert answer.status_code == 200
    clock.advance(timedelta(seconds=1))
    assert (await spend(client, answer.json()["refresh_token"])).json()["code"] == "refresh_refused"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("::1", "::/48"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_a_network_is_told_not_the_address(address: str, network: str):
    assert coarse_network(address) == network
