"""The caller of a route that runs as the sign-in audience: such a transaction does not ask for the session itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.kernel.actor import MoverMember, Staff
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.models import LoginSession, User
from app.runtime.db.constraints import EnrolmentRequired, SessionEnded
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Caller:
    user: User
    login: LoginSession


async def lock_caller(session: WriteSession, actor: MoverMember | Staff, *, is_enrolment: bool = False) -> Caller:
    """Who asks, with a session that lives. `is_enrolment`: one that may only enrol is let in too.

    Locks: the session. Raises: SessionEnded (401), EnrolmentRequired (403).
    """
    login = await repository.lock_session(session, actor.session_id)
    user = await repository.get_user(session, actor.user_id)
    if login is None or user is None or login.user_id != user.id or user.disabled_at is not None:
        raise SessionEnded
    if login.revoked_at is not None or login.expires_at <= actor.now:
        raise SessionEnded
    if login.enrol_only_since is not None and not is_enrolment:
        raise EnrolmentRequired
    return Caller(user, login)


async def tell_trail(session: WriteSession, actor: MoverMember | Staff, change: Change) -> None:
    """Tell the trail of the caller's company, which a sign-in's transaction acts for from here on."""
    if isinstance(actor, MoverMember):
        await repository.act_as(session, user_id=actor.user_id, org_id=actor.org_id)
    record(session, await with_role(session, actor), change)


async def with_role(session: ReadSession, actor: MoverMember | Staff) -> MoverMember | Staff:
    """The caller as the trail names them: of staff, with the role that the database has now."""
    if isinstance(actor, MoverMember) or actor.role is not None:
        return actor
    user = await repository.get_user(session, actor.user_id)
    return actor if user is None else replace(actor, role=user.staff_role)
