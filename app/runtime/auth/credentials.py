"""The credential of a request, verified once, in the middleware, and kept in the scope for the dependencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from app.kernel.signing import BadToken as BadSignature
from app.kernel.signing import Signer
from app.runtime.auth.api_keys import ApiKeyClaims, is_api_key, read_api_key
from app.runtime.auth.jws import BadToken
from app.runtime.auth.opaque import read_token
from app.runtime.auth.tokens import Claims, Tokens

CUSTOMER_PURPOSE: Final = "mhc"
ACCESS_COOKIE: Final = "movehub_at"
REFRESH_COOKIE: Final = "movehub_rt"
CUSTOMER_COOKIE: Final = "movehub_ct"
CSRF_COOKIE: Final = "movehub_csrf"
CSRF_HEADER: Final = "x-csrf-token"
SECURE_PREFIX: Final = "__Host-"
SCOPE_KEY: Final = "movehub.credential"


@dataclass(frozen=True, slots=True)
class CustomerClaims:
    customer_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Credential:
    """Who the caller claims to be, proved by signature; `problem` where a credential was sent that is none."""

    claims: Claims | CustomerClaims | ApiKeyClaims | None = None
    by_cookie: bool = False
    problem: str | None = None


NO_CREDENTIAL: Final = Credential()


@dataclass(frozen=True, slots=True)
class Verifiers:
    """What tells our credentials from others'."""

    tokens: Tokens
    signer: Signer
    pepper: Signer
    cookie_prefixes: tuple[str, ...]


def cookie_prefixes(*, is_production: bool) -> tuple[str, ...]:
    """Under which names cookies are believed. Only what `__Host-` binds is no sibling subdomain's, nor a network's."""
    return (SECURE_PREFIX,) if is_production else (SECURE_PREFIX, "")


def _read(token: str, ours: Verifiers, now: datetime, *, by_cookie: bool) -> Claims | CustomerClaims | ApiKeyClaims:
    if is_api_key(token) and not by_cookie:
        return read_api_key(ours.pepper, token)
    if token.startswith(f"{CUSTOMER_PURPOSE}_"):
        customer_id, session_id = read_token(ours.signer, CUSTOMER_PURPOSE, token, ids=2)
        return CustomerClaims(customer_id, session_id)
    return ours.tokens.verify(token, now)


def _cookie_of(headers: Headers, prefixes: tuple[str, ...]) -> str:
    cookies = cookie_parser(headers.get("cookie", ""))
    for name in (ACCESS_COOKIE, CUSTOMER_COOKIE):
        for prefix in prefixes:
            if token := cookies.get(prefix + name):
                return token
    return ""


def read_credential(headers: Headers, ours: Verifiers, now: datetime) -> Credential:
    """The credential in the headers: Bearer or a cookie. Both at once are a problem: which of the two is meant?"""
    authorizations, cookie = headers.getlist("authorization"), _cookie_of(headers, ours.cookie_prefixes)
    token, by_cookie = cookie, not authorizations
    if authorizations:
        if len(authorizations) > 1:
            # What is in front may have looked at another one than we would.
            return Credential(problem="Two Authorization headers: send one of them.")
        scheme, _, token = authorizations[0].partition(" ")
        if scheme.lower() != "bearer":
            return Credential(problem="The Authorization header takes the Bearer scheme.")
        if cookie:
            return Credential(problem="A Bearer token and a session's cookie at once: send one of them.")
    elif not token:
        return NO_CREDENTIAL
    try:
        return Credential(_read(token.strip(), ours, now, by_cookie=by_cookie), by_cookie)
    except (BadToken, BadSignature):
        return Credential(problem="The token is not one of ours, or is not valid any more.", by_cookie=by_cookie)
