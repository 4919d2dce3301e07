from __future__ import annotations

from app.kernel.actor import MoverMember, Staff
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.repository.addresses import email_of
from app.modules.identity.schemas import MeOut, MePatch, UserOut
from app.modules.identity.service.callers import with_role
from app.modules.orgs import public as orgs
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import ReadSession, WriteSession


async def show_me(session: ReadSession, actor: MoverMember | Staff) -> MeOut:
    """Raises: SessionEnded (401)."""
    user = await repository.get_user(session, actor.user_id)
    if user is None:
        raise SessionEnded
    shown = {name: getattr(user, name) for name in UserOut.model_fields if name != "email"}
    person = UserOut.model_validate(shown | {"email": email_of(session.seals, user)})
    if isinstance(actor, Staff):
        return MeOut(user=person, organization=None, role=None, version=user.version)
    return MeOut(
        user=person, organization=await orgs.profile(session, actor.org_id), role=actor.role, version=user.version
    )


async def change_me(session: WriteSession, actor: MoverMember | Staff, patch: MePatch, expected: int | None) -> MeOut:
    """Another name. Locks: the user's row. Raises: SessionEnded (401), PreconditionFailed (412)."""
    user = await repository.lock_user(session, actor.user_id)
    if user is None:
        raise SessionEnded
    check_version(user.version, expected)
    before = {"full_name": user.full_name}
    user.change(actor.now, full_name=patch.full_name)
    await session.flush()
    change = Change("identity.person_changed", "user", user.id, before, {"full_name": user.full_name})
    record(session, await with_role(session, actor), change)
    return await show_me(session, actor)


async def log_out(session: WriteSession, actor: MoverMember | Staff) -> None:
    """End this session: its access token is refused from the next request on."""
    await repository.revoke_session(session, actor.session_id, actor.now)
    record(session, await with_role(session, actor), Change("identity.signed_out", "session", actor.session_id))


async def log_out_everywhere(session: WriteSession, actor: MoverMember | Staff) -> None:
    await repository.revoke_sessions(session, actor.user_id, actor.now)
    record(session, await with_role(session, actor), Change("identity.signed_out_everywhere", "user", actor.user_id))
