"""Browsers: cookies that scripts cannot read, and changes that other sites cannot make."""

from __future__ import annotations

from http.cookies import SimpleCookie

import httpx
import pytest

from tests.conftest import PASSWORD, Member

pytestmark = pytest.mark.integration

AREAS = "/v1/org/service-areas"
# Name and value: browsers drop what is larger.
LARGEST = 4_096


async def sign_in(client: httpx.AsyncClient, member: Member, base_url: str = "http://test") -> httpx.Response:
    body = {"email": member.email, "password": PASSWORD, "transport": "cookie"}
    answer = await client.post(f"{base_url}/v1/auth/login", json=body, headers={"Origin": base_url})
    assert answer.status_code == 200, answer.text
    return answer


def cookies_of(answer: httpx.Response) -> SimpleCookie:
    found: SimpleCookie = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        found.load(line)
    return found


async def add(client: httpx.AsyncClient, **headers: str) -> tuple[int, str | None]:
    answer = await client.post(
        AREAS, json={"radius_miles": 3}, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    return answer.status_code, answer.json().get("code")


async def test_over_https_cookies_are_bound_to_the_host_and_hidden_from_scripts(
    client: httpx.AsyncClient, mover_a: Member
):
    answer = await sign_in(client, mover_a, "https://test")
    assert answer.json()["access_token"] is None
    assert answer.json()["refresh_token"] is None
    made = cookies_of(answer)
    assert set(made) == {"__Host-movehub_at", "__Host-movehub_rt", "__Host-movehub_csrf"}
    for name, cookie in made.items():
        assert (cookie["secure"], cookie["path"], cookie["domain"]) == (True, "/", ""), name
        assert bool(cookie["httponly"]) == (not name.endswith("csrf")), name
        assert cookie["samesite"] == ("strict" if name.endswith("_rt") else "lax"), name
        assert len(name) + len(cookie.value) <= LARGEST, name
    assert made["__Host-movehub_at"].value not in answer.text
    assert made["__Host-movehub_rt"].value not in answer.text


async def test_a_cookie_reads_and_with_the_token_it_changes(client: httpx.AsyncClient, mover_a: Member):
    token = (await sign_in(client, mover_a)).json()["csrf_token"]
    assert (await client.get("/v1/auth/me")).json()["user"]["email"] == mover_a.email
    assert await add(client, X_CSRF_Token=token, Origin="http://test") == (201, None)
    assert await add(client, X_CSRF_Token=token, Sec_Fetch_Site="same-origin") == (201, None)
    assert await add(client, X_CSRF_Token=token) == (201, None)


async def test_without_the_token_or_from_elsewhere_nothing_is_changed(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member
):
    other = (await sign_in(client, mover_b)).json()["csrf_token"]
    client.cookies.clear()
    token = (await sign_in(client, mover_a)).json()["csrf_token"]
    for headers in (
        {},
        {"X_CSRF_Token": ""},
        {"X_CSRF_Token": "x" * 32},
        {"X_CSRF_Token": other},
        {"X_CSRF_Token": token, "Origin": "https://evil.example"},
        {"X_CSRF_Token": token, "Origin": "null"},
        {"X_CSRF_Token": token, "Origin": "http://test.evil.example"},
        {"X_CSRF_Token": token, "Sec_Fetch_Site": "cross-site", "Origin": "http://test"},
        {"X_CSRF_Token": token, "Sec_Fetch_Site": "same-site"},
    ):
        assert await add(client, **headers) == (403, "csrf_refused"), headers
    assert len((await client.get(AREAS)).json()["items"]) == 1


async def test_a_bearer_and_a_cookie_at_once_are_refused(client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
    await sign_in(client, mover_a)
    for member in (mover_a, mover_b):
        me = await client.get("/v1/auth/me", headers=member.headers)
        assert (me.status_code, me.json()["code"]) == (401, "unauthenticated")
        assert await add(client, **member.headers) == (401, "unauthenticated")
    assert await add(client, Authorization="Bearer nothing") == (401, "unauthenticated")
    assert await add(client, Authorization="Basic eDp5") == (401, "unauthenticated")


async def test_refreshing_renews_the_cookies_and_signing_out_takes_them_back(
    client: httpx.AsyncClient, mover_a: Member
):
    token = (await sign_in(client, mover_a)).json()["csrf_token"]
    before = client.cookies["movehub_rt"]
    renewed = await client.post("/v1/auth/refresh", headers={"X-CSRF-Token": token})
    assert renewed.status_code == 200, renewed.text
    assert renewed.json()["access_token"] is None
    assert client.cookies["movehub_rt"] != before
    done = await client.post("/v1/auth/logout", headers={"X-CSRF-Token": renewed.json()["csrf_token"]})
    assert done.status_code == 204
    assert not client.cookies
    assert (await client.get("/v1/auth/me")).status_code == 401


async def test_whoever_loses_a_race_of_refreshes_keeps_the_cookies(client: httpx.AsyncClient, mover_a: Member):
    """Else the tab that was slower would sign out all others."""
    token = (await sign_in(client, mover_a)).json()["csrf_token"]
    sent = {"X-CSRF-Token": token, "Origin": "http://test"}
    kept = dict(client.cookies)
    first = await client.post("/v1/auth/refresh", json={}, headers=sent)
    assert first.status_code == 200
    client.cookies.clear()
    client.cookies.update(kept)
    slower = await client.post("/v1/auth/refresh", json={}, headers=sent)
    assert slower.status_code == 200
    forged = {"cookie": "movehub_rt=mhr_" + "A" * 86} | sent
    client.cookies.clear()
    refused = await client.post("/v1/auth/refresh", json={}, headers=forged)
    assert refused.status_code == 401
    assert refused.headers.get_list("set-cookie") == []
