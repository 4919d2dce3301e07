from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.modules.identity import service
from app.modules.identity.access import SignedInUser
from app.modules.identity.errors import SessionNotFound
from app.modules.identity.schemas import SessionList
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/auth/sessions", tags=["sign-in"], route_class=TransactionalRoute)


@router.get("", responses=problems())
async def list_sessions(actor: SignedInUser, session: Read) -> SessionList:
    """The devices on which you are signed in, the latest used first, 100 at most. For movers and staff."""
    return SessionList(items=await service.list_sessions(session, actor))


@router.delete("/{session_id}", status_code=204, responses=problems(SessionNotFound))
async def end_session(session_id: UUID, actor: SignedInUser, session: Write) -> None:
    """Sign one of your devices out, at once. For movers and staff."""
    await service.end_session(session, actor, session_id)
