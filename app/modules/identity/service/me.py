from __future__ import annotations

from app.kernel.actor import MoverMember, Staff
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.schemas import MeOut, UserOut
from app.modules.orgs import public as orgs
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import ReadSession, WriteSession


async def show_me(session: ReadSession, actor: MoverMember | Staff) -> MeOut:
    """Raises: SessionEnded (401)."""
    user = await repository.get_user(session, actor.user_id)
    if user is None:
        raise SessionEnded
    person = UserOut.model_validate(user)
    if isinstance(actor, Staff):
        return MeOut(user=person, organization=None, role=None)
    return MeOut(user=person, organization=await orgs.profile(session, actor.org_id), role=actor.role)


async def log_out(session: WriteSession, actor: MoverMember | Staff) -> None:
    """End this session: its access token is refused from the next request on."""
    await repository.revoke_session(session, actor.session_id, actor.now)
    record(session, actor, Change("identity.signed_out", "session", actor.session_id))


async def log_out_everywhere(session: WriteSession, actor: MoverMember | Staff) -> None:
    await repository.revoke_sessions(session, actor.user_id, actor.now)
    record(session, actor, Change("identity.signed_out_everywhere", "user", actor.user_id))
