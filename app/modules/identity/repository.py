from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Role
from app.modules.identity.models import LoginSession, Member, RefreshToken, User
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

ACTING = sa.text("SELECT set_config('app.current_org_id', :org, true), set_config('app.current_user_id', :user, true)")


async def act_as(session: WriteSession, *, user_id: UUID, org_id: UUID | None) -> None:
    """Tell the transaction who has just been recognised: policies on companies and memberships ask for it."""
    await session.execute(ACTING, {"org": str(org_id) if org_id else "", "user": str(user_id)})


async def insert_user(session: WriteSession, user: User) -> None:
    session.add(user)
    await session.flush()


async def insert_member(session: WriteSession, member: Member) -> None:
    session.add(member)
    await session.flush()


async def find_user_by_email(session: ReadSession, email: str) -> User | None:
    return (await session.execute(sa.select(User).where(User.email == email))).scalar_one_or_none()


async def get_user(session: ReadSession, user_id: UUID) -> User | None:
    return (await session.execute(sa.select(User).where(User.id == user_id))).scalar_one_or_none()


async def get_user_address(session: ReadSession, user_id: UUID) -> AnyRow | None:
    """Name and e-mail address, which are all that the worker may read of a user."""
    query = sa.select(User.full_name, User.email).where(User.id == user_id)
    return (await session.execute(query)).one_or_none()


async def update_password_hash(session: WriteSession, user_id: UUID, password_hash: str) -> None:
    await session.execute(sa.update(User).where(User.id == user_id).values(password_hash=password_hash))


async def list_memberships(session: ReadSession, user_id: UUID) -> Sequence[AnyRow]:
    """The user's companies, the oldest membership first."""
    query = (
        sa.select(Member.org_id, Member.role).where(Member.user_id == user_id).order_by(Member.created_at, Member.id)
    )
    return (await session.execute(query)).all()


async def insert_session(session: WriteSession, login: LoginSession, token: RefreshToken) -> None:
    session.add(login)
    await session.flush()
    session.add(token)
    await session.flush()


async def insert_token(session: WriteSession, token: RefreshToken) -> None:
    session.add(token)
    await session.flush()


async def lock_session(session: WriteSession, session_id: UUID) -> LoginSession | None:
    query = sa.select(LoginSession).where(LoginSession.id == session_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def get_token(session: ReadSession, token_id: UUID, token_hash: bytes) -> RefreshToken | None:
    query = sa.select(RefreshToken).where(RefreshToken.id == token_id, RefreshToken.token_hash == token_hash)
    return (await session.execute(query)).scalar_one_or_none()


async def spend_token(session: WriteSession, token_id: UUID, child_id: UUID, now: datetime) -> None:
    query = sa.update(RefreshToken).where(RefreshToken.id == token_id)
    await session.execute(query.values(used_at=now, child_id=child_id))


async def get_child_used_at(session: ReadSession, child_id: UUID) -> datetime | None:
    query = sa.select(RefreshToken.used_at).where(RefreshToken.id == child_id)
    return (await session.execute(query)).scalar_one_or_none()


async def revoke_session(session: WriteSession, session_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(LoginSession.id == session_id, LoginSession.revoked_at.is_(None))
    await session.execute(query.values(revoked_at=now))


async def revoke_sessions(session: WriteSession, user_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
    await session.execute(query.values(revoked_at=now))


async def list_member_emails(session: ReadSession, org_id: UUID, roles: Sequence[Role]) -> Sequence[AnyRow]:
    query = (
        sa.select(User.email, User.full_name)
        .join(Member, Member.user_id == User.id)
        .where(Member.org_id == org_id, Member.role.in_(roles))
        .order_by(User.email)
    )
    return (await session.execute(query)).all()
