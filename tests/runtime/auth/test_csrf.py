"""Where a change by cookie may come from: every combination of what a browser says, on a change and on sign-in."""

from __future__ import annotations

from typing import Final

import httpx
import pytest

from tests.conftest import PASSWORD, Member

pytestmark = pytest.mark.integration

AREAS: Final = "/v1/org/service-areas"
OURS, EVIL, SUBDOMAIN = "http://test", "https://evil.example", "http://shop.test"
TOKEN: Final = "the session's own token"
ALLOWED, REFUSED = True, False

# Sec-Fetch-Site, Origin, X-CSRF-Token → a change by cookie, a sign-in that sets one.
TABLE: Final[tuple[tuple[str | None, str | None, str | None, bool, bool], ...]] = (
    ("same-origin", OURS, TOKEN, ALLOWED, ALLOWED),
    ("same-origin", OURS, None, REFUSED, ALLOWED),
    ("same-origin", OURS, "x" * 32, REFUSED, ALLOWED),
    ("same-origin", None, TOKEN, ALLOWED, ALLOWED),
    ("same-origin", None, None, REFUSED, ALLOWED),
    ("none", None, TOKEN, ALLOWED, ALLOWED),
    ("none", None, None, REFUSED, ALLOWED),
    ("none", None, "", REFUSED, ALLOWED),
    ("same-site", None, TOKEN, REFUSED, REFUSED),
    ("same-site", SUBDOMAIN, TOKEN, REFUSED, REFUSED),
    ("same-site", SUBDOMAIN, None, REFUSED, REFUSED),
    ("same-site", OURS, TOKEN, REFUSED, REFUSED),
    ("cross-site", None, TOKEN, REFUSED, REFUSED),
    ("cross-site", None, None, REFUSED, REFUSED),
    ("cross-site", EVIL, TOKEN, REFUSED, REFUSED),
    ("cross-site", EVIL, None, REFUSED, REFUSED),
    ("cross-site", OURS, TOKEN, REFUSED, REFUSED),
    ("cross-site", "null", TOKEN, REFUSED, REFUSED),
    ("Same-Origin", OURS, TOKEN, REFUSED, REFUSED),
    ("", OURS, TOKEN, REFUSED, REFUSED),
    (None, OURS, TOKEN, ALLOWED, ALLOWED),
    (None, OURS, None, REFUSED, ALLOWED),
    (None, OURS, "x" * 32, REFUSED, ALLOWED),
    (None, SUBDOMAIN, TOKEN, REFUSED, REFUSED),
    (None, EVIL, TOKEN, REFUSED, REFUSED),
    (None, EVIL, None, REFUSED, REFUSED),
    (None, "null", TOKEN, REFUSED, REFUSED),
    (None, "", TOKEN, REFUSED, REFUSED),
    (None, "http://test.evil.example", TOKEN, REFUSED, REFUSED),
    (None, "https://test", TOKEN, REFUSED, REFUSED),
    (None, "http://test:8080", TOKEN, REFUSED, REFUSED),
    (None, None, TOKEN, ALLOWED, ALLOWED),
    (None, None, "x" * 32, REFUSED, ALLOWED),
    (None, None, "", REFUSED, REFUSED),
    (None, None, None, REFUSED, REFUSED),
)


async def sign_in(client: httpx.AsyncClient, member: Member, headers: dict[str, str]) -> httpx.Response:
    body = {"email": member.email, "password": PASSWORD, "transport": "cookie"}
    return await client.post("/v1/auth/login", json=body, headers=headers)


def headers_of(site: str | None, origin: str | None, token: str | None, own_token: str) -> dict[str, str]:
    sent = {"Sec-Fetch-Site": site, "Origin": origin, "X-CSRF-Token": own_token if token == TOKEN else token}
    return {name: value for name, value in sent.items() if value is not None}


async def test_a_change_by_cookie(client: httpx.AsyncClient, mover_a: Member):
    own = (await sign_in(client, mover_a, {"Origin": OURS})).json()["csrf_token"]
    before = len((await client.get(AREAS)).json()["items"])
    for site, origin, token, changes, _ in TABLE:
        headers = headers_of(site, origin, token, own)
        answer = await client.post(AREAS, json={"radius_miles": 3}, headers=headers)
        expected = (201, None) if changes else (403, "csrf_refused")
        assert (answer.status_code, answer.json().get("code")) == expected, headers
    allowed = sum(changes for *_, changes, _ in TABLE)
    assert len((await client.get(AREAS)).json()["items"]) == before + allowed


async def test_a_refresh_by_cookie(client: httpx.AsyncClient, mover_a: Member):
    own = (await sign_in(client, mover_a, {"Origin": OURS})).json()["csrf_token"]
    for site, origin, token, changes, _ in TABLE:
        headers = headers_of(site, origin, token, own)
        before = client.cookies["movehub_rt"]
        answer = await client.post("/v1/auth/refresh", headers=headers)
        expected = (200, None) if changes else (403, "csrf_refused")
        assert (answer.status_code, answer.json().get("code")) == expected, headers
        assert (client.cookies["movehub_rt"] != before) == changes, headers


async def test_a_sign_in_that_sets_a_cookie(client: httpx.AsyncClient, mover_a: Member):
    for site, origin, token, _, signs_in in TABLE:
        client.cookies.clear()
        headers = headers_of(site, origin, token, "a token of nobody")
        answer = await sign_in(client, mover_a, headers)
        expected = (200, None) if signs_in else (403, "csrf_refused")
        assert (answer.status_code, answer.json().get("code")) == expected, headers
        assert bool(client.cookies) == signs_in, headers


async def test_a_bearer_is_asked_for_nothing(client: httpx.AsyncClient, mover_a: Member):
    for site, origin, token, _, _ in TABLE:
        headers = headers_of(site, origin, token, "a token of nobody") | mover_a.headers
        answer = await client.post(AREAS, json={"radius_miles": 3}, headers=headers)
        assert answer.status_code == 201, headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
async def test_what_a_foreign_form_can_send_is_no_sign_in(client: httpx.AsyncClient, mover_a: Member, kind: str):
    body = f'{{"email": "{mover_a.email}", "password": "{PASSWORD}", "transport": "cookie"}}'
    headers = {"Content-Type": kind, "Origin": OURS}
    answer = await client.post("/v1/auth/login", content=body.encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert not client.cookies
