"""The SQL of people who sign in with a password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.identity.models import User
from app.modules.identity.repository.addresses import OF_USER, user_index
from app.modules.identity.values import StaffRole
from app.runtime.db.base import AnyRow
from app.runtime.db.locks import lock_name
from app.runtime.db.session import ReadSession, WriteSession

ACTING = sa.text("SELECT set_config('app.current_org_id', :org, true), set_config('app.current_user_id', :user, true)")


async def act_as(session: WriteSession, *, user_id: UUID, org_id: UUID | None) -> None:
    """Tell the transaction who has just been recognised: policies on companies and memberships ask for it."""
    await session.execute(ACTING, {"org": str(org_id) if org_id else "", "user": str(user_id)})


async def insert_user(session: WriteSession, user: User) -> None:
    session.add(user)
    await session.flush()


async def find_user_by_email(session: ReadSession, email: str) -> User | None:
    return (
        await session.execute(sa.select(User).where(User.email_index == user_index(session.seals, email)))
    ).scalar_one_or_none()


async def get_user(session: ReadSession, user_id: UUID) -> User | None:
    return (await session.execute(sa.select(User).where(User.id == user_id))).scalar_one_or_none()


async def lock_user(session: WriteSession, user_id: UUID) -> User | None:
    return (await session.execute(sa.select(User).where(User.id == user_id).with_for_update())).scalar_one_or_none()


async def get_standing_for_sign_in(session: WriteSession, user_id: UUID) -> AnyRow | None:
    """Password hash and end of an account as they are now, locked."""
    query = sa.select(User.password_hash, User.disabled_at).where(User.id == user_id)
    return (await session.execute(query.with_for_update(key_share=True))).one_or_none()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter is written to."""

    full_name: str
    email: str
    staff_role: StaffRole | None


async def get_user_address(session: ReadSession, user_id: UUID) -> Addressee | None:
    """Name, e-mail address and staff's role, which are all that the worker may read of a user. Raises: CannotOpen."""
    query = sa.select(User.full_name, User.sealed_email, User.staff_role).where(User.id == user_id)
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return None
    return Addressee(row.full_name, OF_USER.open(session.seals, user_id, row.sealed_email), row.staff_role)


async def is_staff_email(session: ReadSession, email: str) -> bool:
    """Whether this is the address of somebody of the platform's staff, deactivated or not."""
    is_theirs = User.email_index == user_index(session.seals, email)
    query = sa.select(User.id).where(is_theirs, User.staff_role.is_not(None))
    return (await session.execute(query)).first() is not None


async def lock_staff(session: WriteSession) -> None:
    """One change of the platform's staff at a time, so that its last admin is counted right."""
    await lock_name(session, "staff")


async def get_staff(session: ReadSession, user_id: UUID) -> User | None:
    query = sa.select(User).where(User.id == user_id, User.staff_role.is_not(None))
    return (await session.execute(query)).scalar_one_or_none()


async def list_staff(session: ReadSession, page: PageRequest) -> Sequence[User]:
    """The oldest first; one row more than the page holds."""
    query = sa.select(User).where(User.staff_role.is_not(None))
    if page.after is not None:
        query = query.where(User.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(User.id).limit(page.limit + 1))).scalars().all()


async def count_admins(session: ReadSession, *, but: UUID) -> int:
    """Those others who can sign in: active, and known to read their mail."""
    query = sa.select(sa.func.count()).where(
        User.staff_role == StaffRole.ADMIN,
        User.disabled_at.is_(None),
        User.email_verified_at.is_not(None),
        User.id != but,
    )
    return int((await session.execute(query)).scalar_one())


async def update_password_hash(session: WriteSession, user_id: UUID, password_hash: str) -> None:
    await session.execute(sa.update(User).where(User.id == user_id).values(password_hash=password_hash))


async def replace_password_hash(
    session: WriteSession, user_id: UUID, password_hash: str, replaced: str, now: datetime
) -> bool:
    """Whether the hash that was to be replaced still stood."""
    query = sa.update(User).where(User.id == user_id, User.password_hash == replaced, User.disabled_at.is_(None))
    changed = query.values(password_hash=password_hash, updated_at=now, version=User.version + 1).returning(User.id)
    return (await session.execute(changed)).scalar_one_or_none() is not None


async def mark_email_verified(session: WriteSession, user_id: UUID, now: datetime) -> None:
    query = sa.update(User).where(User.id == user_id, User.email_verified_at.is_(None))
    await session.execute(query.values(email_verified_at=now))
