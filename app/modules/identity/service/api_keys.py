"""Keys by which a company's own programs call: made, rotated with two secrets good at once, and revoked.

A key's text is shown once and kept by its hash. What a key may do are its scopes; what is a person's alone has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.scopes import Scope
from app.modules.audit.public import Change, fields_of, record
from app.modules.identity import repository, rules
from app.modules.identity.errors import (
    ApiKeyEnded,
    ApiKeyNotFound,
    RotationUnderWay,
    ScopeNotYours,
    TooManyApiKeys,
)
from app.modules.identity.events import ApiKeyMade
from app.modules.identity.models import ApiKey
from app.modules.identity.schemas import ApiKeyIn
from app.modules.identity.values import ApiKeyStatus
from app.runtime.auth.api_keys import api_key_hash, make_api_key
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources

MOST_LIVE: Final = 50
TOLD_OF: Final = ("name", "scopes", "expires_at", "previous_ends_at", "revoked_at")
LIVE: Final = (ApiKeyStatus.ACTIVE, ApiKeyStatus.ROTATING)


async def make_key(
    session: WriteSession, resources: Resources, actor: MoverMember, body: ApiKeyIn
) -> tuple[ApiKey, str]:
    """A new key, and its text, which nobody can be told again.

    Locks: the company's keys. Raises: ScopeNotYours (403), TooManyApiKeys (409). Emits: identity.api_key_made.
    """
    _refuse_beyond(actor, body.scopes)
    await repository.lock_api_keys(session, actor.org_id)
    if await repository.count_live_api_keys(session, actor.org_id, actor.now) >= MOST_LIVE:
        raise TooManyApiKeys
    key_id = new_id()
    text = _fresh_text(resources, actor.org_id, key_id)
    lasts = body.expires_in_days
    key = ApiKey(
        org_id=actor.org_id,
        id=key_id,
        name=body.name,
        scopes=[scope.value for scope in body.scopes],
        secret_hash=api_key_hash(text),
        created_by=actor.user_id,
        created_at=actor.now,
        expires_at=None if lasts is None else actor.now + timedelta(days=lasts),
    )
    await repository.insert_api_key(session, key)
    record(session, actor, Change("identity.api_key_made", "api_key", key_id, {}, _told(key)))
    emit(session, ApiKeyMade(org_id=actor.org_id, key_id=key_id, is_rotation=False), now=actor.now)
    return key, text


async def list_keys(session: ReadSession, actor: MoverMember, page: PageRequest) -> Sequence[ApiKey]:
    """Up to one row more than the page holds, the newest first; ended ones too."""
    return await repository.list_api_keys(session, actor.org_id, page)


async def show_key(session: ReadSession, actor: MoverMember, key_id: UUID) -> ApiKey:
    """Raises: ApiKeyNotFound (404)."""
    key = await repository.get_api_key(session, actor.org_id, key_id)
    if key is None:
        raise ApiKeyNotFound
    return key


async def rotate_key(
    session: WriteSession, resources: Resources, actor: MoverMember, key_id: UUID, overlap: timedelta
) -> tuple[ApiKey, str]:
    """A new secret for a key; the former is good for `overlap` more. Of two who rotate at once one is refused, or the
    secret that the company's programs hold would die with the first's.

    The new secret is as good as a new key, so who may not give the key's scopes may not rotate it either.

    Locks: the key. Raises: ApiKeyNotFound (404), ScopeNotYours (403), ApiKeyEnded (409), RotationUnderWay (409).
    Emits: identity.api_key_made.
    """
    key = await _lock(session, actor, key_id)
    _refuse_beyond(actor, [Scope(scope) for scope in key.scopes])
    status = status_of(key, actor)
    if status is ApiKeyStatus.ROTATING:
        raise RotationUnderWay
    if status not in LIVE:
        raise ApiKeyEnded
    before = _told(key)
    text = _fresh_text(resources, actor.org_id, key_id)
    key.previous_hash, key.previous_used_at = key.secret_hash, key.last_used_at
    key.previous_ends_at = actor.now + overlap
    key.secret_hash, key.last_used_at, key.rotated_at = api_key_hash(text), None, actor.now
    record(session, actor, Change("identity.api_key_rotated", "api_key", key_id, before, _told(key)))
    emit(session, ApiKeyMade(org_id=actor.org_id, key_id=key_id, is_rotation=True), now=actor.now)
    return key, text


async def end_former_secret(session: WriteSession, actor: MoverMember, key_id: UUID) -> ApiKey:
    """The secret from before the rotation is refused from its next request on; nothing when there is none.

    Locks: the key. Raises: ApiKeyNotFound (404).
    """
    key = await _lock(session, actor, key_id)
    if key.previous_ends_at is not None and key.previous_ends_at > actor.now:
        before = _told(key)
        key.previous_ends_at = actor.now
        record(session, actor, Change("identity.api_key_rotation_ended", "api_key", key_id, before, _told(key)))
    return key


async def revoke_key(session: WriteSession, actor: MoverMember, key_id: UUID) -> None:
    """The key is refused from its next request on, with all its secrets; nothing when it was revoked before.

    Locks: the key. Raises: ApiKeyNotFound (404).
    """
    key = await _lock(session, actor, key_id)
    if key.revoked_at is None:
        before = _told(key)
        key.revoked_at = actor.now
        record(session, actor, Change("identity.api_key_revoked", "api_key", key_id, before, _told(key)))


def status_of(key: ApiKey, actor: MoverMember) -> ApiKeyStatus:
    return rules.api_key_status(
        actor.now, revoked_at=key.revoked_at, expires_at=key.expires_at, previous_ends_at=key.previous_ends_at
    )


def _refuse_beyond(actor: MoverMember, scopes: Iterable[Scope]) -> None:
    """Raises: ScopeNotYours (403)."""
    if beyond := rules.scopes_not_grantable(actor.role, scopes):
        raise ScopeNotYours(f"For owners alone: {', '.join(beyond)}.")


async def _lock(session: WriteSession, actor: MoverMember, key_id: UUID) -> ApiKey:
    key = await repository.lock_api_key(session, actor.org_id, key_id)
    if key is None:
        raise ApiKeyNotFound
    return key


def _fresh_text(resources: Resources, org_id: UUID, key_id: UUID) -> str:
    return make_api_key(resources.pepper, key_id, org_id, is_live=resources.settings.is_production)


def _told(key: ApiKey) -> dict[str, object]:
    # Scopes are our own words: as such they may stand in the trail.
    return fields_of(key, TOLD_OF) | {"scopes": [Scope(scope) for scope in key.scopes]}
