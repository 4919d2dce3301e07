from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.actor import Anyone
from app.kernel.ids import new_id
from app.kernel.signing import BadToken
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import RefreshRefused
from app.modules.identity.events import RefreshReplayed
from app.modules.identity.models import LoginSession, RefreshToken
from app.modules.identity.service.sessions import REFRESH_PURPOSE, TokenPair, access_token_of, refresh_token_of
from app.runtime.auth.opaque import read_token, token_hash
from app.runtime.auth.tokens import STAFF_ROLE
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources


def session_of_refresh_token(resources: Resources, text: str) -> UUID:
    """Whose family a token is of, dead or alive. Raises: RefreshRefused (401) for one that is not ours."""
    try:
        return read_token(resources.signer, REFRESH_PURPOSE, text, ids=2)[1]
    except BadToken:
        raise RefreshRefused from None


async def refresh(session: WriteSession, resources: Resources, text: str) -> TokenPair | None:
    """Spend a refresh token for its child. None: it was replayed, and its whole family has ended.

    Within ten seconds the direct predecessor gives the same child again: a double click, a lost answer.
    A replay is told by None, not raised: the end of the family must be committed.
    Locks: the session's row, so that racing refreshes are served one after the other.
    Raises: RefreshRefused (401). Emits: identity.refresh_replayed.
    """
    now = resources.clock.now()
    try:
        token_id, session_id = read_token(resources.signer, REFRESH_PURPOSE, text, ids=2)
    except BadToken:
        raise RefreshRefused from None
    login = await repository.lock_session(session, session_id)
    token = await repository.get_token(session, token_id, token_hash(text))
    if login is None or token is None or login.revoked_at is not None or login.expires_at <= now:
        raise RefreshRefused
    if token.used_at is None:
        child_id = await _rotate(session, resources, token, login, now)
    elif await _is_double_click(session, resources, token, now):
        child_id = token.child_id or token.id
    else:
        await repository.revoke_session(session, login.id, now)
        emit(session, RefreshReplayed(user_id=login.user_id, session_id=login.id), now=now)
        await _tell_of_replay(session, login, now)
        return None
    role = await _role(session, login)
    access, expires_at = access_token_of(resources, login, role, now)
    refreshed = refresh_token_of(resources, child_id, login.id)
    return TokenPair(access, refreshed, expires_at, login.id, login.transport)


async def _rotate(
    session: WriteSession, resources: Resources, token: RefreshToken, login: LoginSession, now: datetime
) -> UUID:
    child_id = new_id()
    text = refresh_token_of(resources, child_id, login.id)
    child = RefreshToken(
        id=child_id, session_id=login.id, token_hash=token_hash(text), created_at=now, used_at=None, child_id=None
    )
    await repository.insert_token(session, child)
    await repository.spend_token(session, token.id, child_id, now)
    login.last_used_at = now
    if login.enrol_only_since is None:
        auth = resources.settings.auth
        used, whole = timedelta(days=auth.refresh_days), timedelta(days=auth.session_days)
        login.expires_at = min(now + used, login.created_at + whole)
    return child_id


async def _is_double_click(session: WriteSession, resources: Resources, token: RefreshToken, now: datetime) -> bool:
    if token.used_at is None or token.child_id is None:
        return False
    grace = timedelta(seconds=resources.settings.auth.refresh_grace_seconds)
    child_spent = await repository.get_child_used_at(session, token.child_id)
    return now - token.used_at <= grace and child_spent is None


async def _tell_of_replay(session: WriteSession, login: LoginSession, now: datetime) -> None:
    """Either the thief or the robbed one has called: the trail names neither."""
    await repository.act_as(session, user_id=login.user_id, org_id=login.current_org_id)
    change = Change("identity.refresh_replayed", "session", login.id, org_id=login.current_org_id)
    record(session, Anyone(now), change)


async def _role(session: WriteSession, login: LoginSession) -> str:
    if login.current_org_id is None:
        return STAFF_ROLE
    await repository.act_as(session, user_id=login.user_id, org_id=login.current_org_id)
    for org_id, role in await repository.list_memberships(session, login.user_id):
        if org_id == login.current_org_id:
            return str(role)
    raise RefreshRefused
