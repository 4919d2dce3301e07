"""Access tokens: what they say, how long they are good, and which keys signed them. How they are read: jws.py."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from app.kernel.actor import Role
from app.kernel.ids import new_id
from app.runtime.auth import jws
from app.runtime.auth.jws import BadToken
from app.runtime.settings import AuthSettings

LEEWAY: Final = timedelta(seconds=60)
CACHED: Final = 4_096
STAFF_ROLE: Final = "staff"
ROLES: Final = frozenset({STAFF_ROLE, *Role})


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


class Tokens:
    """Signs with the present key, reads the former one's too; a token that was read is not read again."""

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
        return jws.sign(body, self._keys[self._current], self._current)

    def expiry(self, now: datetime) -> datetime:
        return now + self._lifetime

    def verify(self, token: str, now: datetime) -> Claims:
        """The claims of a token that is ours and valid at `now`. Raises: BadToken, and nothing else."""
        claims = self._verified.get(token)
        if claims is None:
            body = jws.read(token, self._keys, issuer=self._issuer, audience=self._audience)
            try:
                claims = self._claims(body)
            except (AttributeError, LookupError, TypeError, ValueError, OverflowError, OSError) as error:
                raise BadToken("claims that are none of ours") from error
            if len(self._verified) >= CACHED:
                self._verified.clear()
            self._verified[token] = claims
        if not claims.issued_at - LEEWAY <= now < claims.expires_at:
            raise BadToken("not valid at this time")
        return claims

    def _claims(self, body: dict[str, Any]) -> Claims:
        issued, not_before, expires = (body[name] for name in ("iat", "nbf", "exp"))
        if any(type(instant) is not int for instant in (issued, not_before, expires)) or not_before > issued:
            raise BadToken("times are whole seconds")
        if not 0 < expires - issued <= self._lifetime.total_seconds():
            raise BadToken("for too long")
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
