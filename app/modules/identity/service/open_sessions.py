"""Where a person is signed in, and ending it there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember, Staff
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import SessionNotFound
from app.modules.identity.schemas import SessionOut
from app.modules.identity.service.callers import with_role
from app.runtime.db.session import ReadSession, WriteSession

MOST_LISTED: Final = 100


async def list_sessions(session: ReadSession, actor: MoverMember | Staff) -> list[SessionOut]:
    """The caller's own that live, the latest used first, a hundred at most."""
    return [
        SessionOut(
            id=one.id,
            device=one.user_agent,
            network=one.network,
            transport=one.transport,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
            expires_at=one.expires_at,
            is_current=one.id == actor.session_id,
        )
        for one in await repository.list_live_sessions(session, actor.user_id, actor.now, MOST_LISTED)
    ]


async def end_session(session: WriteSession, actor: MoverMember | Staff, session_id: UUID) -> None:
    """End one of the caller's own: refused from its next request on. Raises: SessionNotFound (404)."""
    if not await repository.revoke_session_of(session, actor.user_id, session_id, actor.now):
        raise SessionNotFound
    record(session, await with_role(session, actor), Change("identity.session_ended", "session", session_id))
