"""The platform's own people. Changes come one after the other: of two admins who demote each other one stays."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from app.kernel.actor import Staff, System
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import LastAdmin, StaffNotFound
from app.modules.identity.events import PasswordResetAsked, StaffHired
from app.modules.identity.models import User
from app.modules.identity.schemas import ChangeStaffIn, HireIn
from app.modules.identity.service.mail_tokens import issue_mail_token
from app.modules.identity.service.people import Newcomer, new_user
from app.modules.identity.values import MailPurpose, StaffRole
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources

UNKNOWN_BYTES: Final = 32


async def create_staff(
    session: WriteSession, *, email: str, full_name: str, password_hash: str, role: StaffRole, now: datetime
) -> UUID:
    """A member of the platform's staff with a password, by the operator's command line: the first admin comes so.

    Raises: EmailTaken (409).
    """
    newcomer = Newcomer(email.lower(), full_name, password_hash, staff_role=role, email_verified_at=now)
    user = new_user(session.seals, newcomer, now)
    await repository.insert_user(session, user)
    record(session, System(now), Change("identity.staff_created", "user", user.id, after={"role": role}))
    return user.id


async def hire(session: WriteSession, resources: Resources, actor: Staff, body: HireIn) -> User:
    """A member of the platform's staff who has yet to choose a password: nobody knows the one that stands there.

    Raises: EmailTaken (409), SignInBusy (503). Emits: identity.staff_hired, identity.password_reset_asked.
    """
    unknown = await resources.passwords.hash(secrets.token_urlsafe(UNKNOWN_BYTES))
    user = new_user(session.seals, Newcomer(body.email, body.full_name, unknown, staff_role=body.role), actor.now)
    await repository.insert_user(session, user)
    token_id = await issue_mail_token(session, resources, user.id, MailPurpose.RESET_PASSWORD)
    emit(session, StaffHired(user_id=user.id), now=actor.now)
    emit(session, PasswordResetAsked(token_id=token_id, user_id=user.id), now=actor.now)
    record(session, actor, Change("identity.staff_hired", "user", user.id, after={"role": body.role}))
    return user


async def list_staff(session: ReadSession, page: PageRequest) -> Sequence[User]:
    """Up to one row more than the page holds, the oldest first, deactivated ones too."""
    return await repository.list_staff(session, page)


async def change_staff(session: WriteSession, actor: Staff, staff_id: UUID, body: ChangeStaffIn) -> User:
    """Another role, deactivated, or active again; their sessions end.

    Locks: the platform's staff. Raises: StaffNotFound (404), LastAdmin (409), SessionEnded (401).
    """
    await repository.lock_staff(session)
    # After the lock: the caller may have lost the role while waiting for it.
    own = await repository.get_user(session, actor.user_id)
    if own is None or own.disabled_at is not None or own.staff_role is not actor.role:
        raise SessionEnded
    user = await repository.get_staff(session, staff_id)
    if user is None:
        raise StaffNotFound
    was_active = user.disabled_at is None
    role = body.role or user.staff_role
    is_active = was_active if body.is_active is None else body.is_active
    before, after = {"role": user.staff_role, "is_active": was_active}, {"role": role, "is_active": is_active}
    if after == before:
        return user
    if role is not StaffRole.ADMIN or not is_active:
        await _keep_an_admin(session, user)
    user.staff_role, user.disabled_at = role, None if is_active else (user.disabled_at or actor.now)
    user.updated_at = actor.now
    await session.flush()
    await repository.revoke_sessions(session, staff_id, actor.now)
    record(session, actor, Change("identity.staff_changed", "user", staff_id, before, after))
    return user


async def _keep_an_admin(session: WriteSession, user: User) -> None:
    """One who never came to choose a password is nobody to rely on."""
    others = await repository.count_admins(session, but=user.id)
    if user.staff_role is StaffRole.ADMIN and user.disabled_at is None and others == 0:
        raise LastAdmin
