"""Opening a session: the family of refresh tokens and the first access token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.ids import new_id
from app.modules.identity import repository
from app.modules.identity.models import LoginSession, RefreshToken
from app.modules.identity.rules import coarse_network
from app.modules.identity.service.people import Person
from app.modules.identity.values import Transport
from app.runtime import origin
from app.runtime.auth.opaque import make_token, token_hash
from app.runtime.auth.tokens import STAFF_ROLE, Claims
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources

REFRESH_PURPOSE: Final = "mhr"
LONGEST_USER_AGENT: Final = 200
ENROL_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Device:
    """What a sign-in says of the client."""

    transport: Transport
    user_agent: str


@dataclass(frozen=True, slots=True)
class TokenPair:
    access_token: str
    refresh_token: str
    expires_at: datetime
    session_id: UUID
    transport: Transport


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`enrol_only`: a second factor is demanded and missing, and the session opens nothing but its enrolment."""

    person: Person
    tokens: TokenPair
    enrol_only: bool = False


@dataclass(frozen=True, slots=True)
class Challenged:
    """The password was right, and a second factor is awaited."""

    challenge: str
    expires_at: datetime


def refresh_token_of(resources: Resources, token_id: UUID, session_id: UUID) -> str:
    """The text of a refresh token. It can be made again from its id, so a double-clicked refresh gets the same."""
    return make_token(resources.signer, REFRESH_PURPOSE, token_id, session_id)


def access_token_of(resources: Resources, login: LoginSession, role: str, now: datetime) -> tuple[str, datetime]:
    expires_at = resources.tokens.expiry(now)
    claims = Claims(
        user_id=login.user_id,
        org_id=login.current_org_id,
        role=role,
        session_id=login.id,
        issued_at=now,
        expires_at=expires_at,
    )
    return resources.tokens.issue(claims), expires_at


async def open_session(
    session: WriteSession, resources: Resources, person: Person, device: Device, *, enrol_only: bool = False
) -> TokenPair:
    """A session of somebody who has just proved who they are; one for enrolling alone ends soon."""
    now = resources.clock.now()
    lifetime = ENROL_WITHIN if enrol_only else timedelta(days=resources.settings.auth.refresh_days)
    login = LoginSession(
        id=new_id(),
        user_id=person.user_id,
        current_org_id=person.org_id,
        transport=device.transport,
        user_agent=device.user_agent[:LONGEST_USER_AGENT],
        network=coarse_network(origin.address.get()),
        created_at=now,
        last_used_at=now,
        expires_at=now + lifetime,
        revoked_at=None,
        enrol_only_since=now if enrol_only else None,
        proved_at=now,
    )
    token_id = new_id()
    text = refresh_token_of(resources, token_id, login.id)
    token = RefreshToken(
        id=token_id, session_id=login.id, token_hash=token_hash(text), created_at=now, used_at=None, child_id=None
    )
    await repository.insert_session(session, login, token)
    access, expires_at = access_token_of(resources, login, person.role or STAFF_ROLE, now)
    return TokenPair(access, text, expires_at, login.id, device.transport)
