"""Access tokens: the one place that touches the JWT library (decision 0003), replaceable by another in this file.

HS256 with keys chosen by `kid`; issuer, audience, type and every claim required. The library alone accepts a
missing `aud` or `exp`, any `typ`, unknown `crit`, padded base64, and raises what `except JWTError` misses; what
stands before it here closes that. Whatever is wrong with a token is one answer: `BadToken`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from jose import jwt

from app.kernel.actor import Role
from app.kernel.ids import new_id
from app.runtime.settings import AuthSettings

ALGORITHM: Final = "HS256"
TYPE: Final = "at+jwt"
LONGEST: Final = 2_048
LEEWAY: Final = timedelta(seconds=60)
CACHED: Final = 4_096
STAFF_ROLE: Final = "staff"
ROLES: Final = frozenset({STAFF_ROLE, *Role})
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
# What is "required" is also compared with the machine's clock: the times are left to `_claims` and the program's.
_REQUIRED: Final = {f"require_{claim}": True for claim in ("aud", "iss", "sub", "jti")} | {
    "leeway": 0,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_exp": False,
}


class BadToken(ValueError):
    """Not a token of ours, or not any more."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says. `org_id` is None for staff."""

    user_id: UUID
    org_id: UUID | None
    role: str
    session_id: UUID
    issued_at: datetime
    expires_at: datetime

    @property
    def is_staff(self) -> bool:
        return self.role == STAFF_ROLE


def key_id(key: str) -> str:
    return hashlib.sha256(b"kid:" + key.encode()).hexdigest()[:16]


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadToken("a name stands twice")
    return found


class Tokens:
    def __init__(self, settings: AuthSettings) -> None:
        current = settings.token_key.get_secret_value()
        previous = settings.previous_token_key
        keys = [current] if previous is None else [current, previous.get_secret_value()]
        self._keys = {key_id(key): key for key in keys}
        self._current = key_id(current)
        self._issuer = settings.issuer
        self._audience = settings.audience
        self._lifetime = timedelta(minutes=settings.access_minutes)
        self._verified: dict[str, Claims] = {}

    def issue(self, claims: Claims) -> str:
        """A signed token of these claims; `issued_at` and `expires_at` are taken as they are."""
        body = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.user_id),
            "org": str(claims.org_id) if claims.org_id else None,
            "role": claims.role,
            "sid": str(claims.session_id),
            "jti": new_id().hex,
            "iat": int(claims.issued_at.timestamp()),
            "nbf": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
        }
        token: str = jwt.encode(
            body, self._keys[self._current], algorithm=ALGORITHM, headers={"kid": self._current, "typ": TYPE}
        )
        return token

    def expiry(self, now: datetime) -> datetime:
        return now + self._lifetime

    def verify(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is ours and valid at `now`. Raises: BadToken, and nothing else."""
        claims = self._verified.get(token)
        if claims is None:
            try:
                claims = self._decode(token)
            except BadToken:
                raise
            except Exception as error:
                # The library raises more than its documented errors: RecursionError, OverflowError, JWKError …
                raise BadToken("unreadable") from error
            if len(self._verified) >= CACHED:
                self._verified.clear()
            self._verified[token] = claims
        if not claims.issued_at - LEEWAY <= now < claims.expires_at:
            raise BadToken("not valid at this time")
        return claims

    def _decode(self, token: str) -> Claims:
        if len(token) > LONGEST or not _SHAPE.fullmatch(token):
            raise BadToken("no token")
        header = json.loads(_decoded(token.split(".", 1)[0]), object_pairs_hook=_refuse_twice)
        if set(header) - {"alg", "kid", "typ"} or header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise BadToken("not an access token")
        key = self._keys.get(str(header.get("kid")))
        if key is None:
            raise BadToken("unknown key")
        json.loads(_decoded(token.split(".")[1]), object_pairs_hook=_refuse_twice)
        _decoded(token.split(".")[2])
        body = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=self._audience,
            issuer=self._issuer,
            options=_REQUIRED,
        )
        return self._claims(body)

    def _claims(self, body: dict[str, Any]) -> Claims:
        issued, not_before, expires = (body[name] for name in ("iat", "nbf", "exp"))
        if any(type(instant) is not int for instant in (issued, not_before, expires)) or not_before > issued:
            raise BadToken("times are whole seconds")
        if body["aud"] != self._audience or not 0 < expires - issued <= self._lifetime.total_seconds():
            raise BadToken("not for us, or for too long")
        if body["role"] not in ROLES:
            raise BadToken("a role that we do not know")
        return Claims(
            user_id=UUID(body["sub"]),
            org_id=UUID(body["org"]) if body["org"] else None,
            role=body["role"],
            session_id=UUID(body["sid"]),
            issued_at=datetime.fromtimestamp(issued, UTC),
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


def _decoded(part: str) -> bytes:
    """Strict base64url: a text that is not the one encoding of its bytes is refused."""
    raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != part:
        raise BadToken("not canonical")
    return raw
