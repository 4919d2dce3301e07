"""The caller of a route that runs as the sign-in audience: such a transaction does not ask for the session itself."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.actor import MoverMember, Staff
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.models import LoginSession, User
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import WriteSession


@dataclass(frozen=True, slots=True)
class Caller:
    user: User
    login: LoginSession


async def lock_caller(session: WriteSession, actor: MoverMember | Staff) -> Caller:
    """Who asks, with a session that lives. Locks: the session. Raises: SessionEnded (401)."""
    login = await repository.lock_session(session, actor.session_id)
    user = await repository.get_user(session, actor.user_id)
    if login is None or user is None or login.user_id != user.id or user.disabled_at is not None:
        raise SessionEnded
    if login.revoked_at is not None or login.expires_at <= actor.now:
        raise SessionEnded
    return Caller(user, login)


async def tell_trail(session: WriteSession, actor: MoverMember | Staff, change: Change) -> None:
    """Tell the trail of the caller's company, which a sign-in's transaction acts for from here on."""
    if isinstance(actor, MoverMember):
        await repository.act_as(session, user_id=actor.user_id, org_id=actor.org_id)
    record(session, actor, change)
