from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Role
from app.modules.identity.models import LoginSession, MailToken, Member, RefreshToken, User
from app.modules.identity.values import MailPurpose
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


async def insert_mail_token(session: WriteSession, token: MailToken) -> None:
    session.add(token)
    await session.flush()


async def find_mail_token_user(session: ReadSession, token_id: UUID, token_hash: bytes, now: datetime) -> UUID | None:
    query = sa.select(MailToken.user_id).where(
        MailToken.id == token_id,
        MailToken.token_hash == token_hash,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def spend_mail_token(session: WriteSession, token_id: UUID, token_hash: bytes, now: datetime) -> UUID | None:
    """The user of a live link, which is spent by that: the loser of a race finds none."""
    query = sa.update(MailToken).where(
        MailToken.id == token_id,
        MailToken.token_hash == token_hash,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return (await session.execute(query.values(used_at=now).returning(MailToken.user_id))).scalar_one_or_none()


async def spend_mail_tokens(session: WriteSession, user_id: UUID, purpose: MailPurpose, now: datetime) -> None:
    """Make all links of a user for one purpose worthless."""
    query = sa.update(MailToken).where(
        MailToken.user_id == user_id, MailToken.purpose == purpose, MailToken.used_at.is_(None)
    )
    await session.execute(query.values(used_at=now))


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


async def revoke_other_sessions(session: WriteSession, user_id: UUID, kept_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.id != kept_id, LoginSession.revoked_at.is_(None)
    )
    await session.execute(query.values(revoked_at=now))


async def list_member_emails(session: ReadSession, org_id: UUID, roles: Sequence[Role]) -> Sequence[AnyRow]:
    query = (
        sa.select(User.email, User.full_name)
        .join(Member, Member.user_id == User.id)
        .where(Member.org_id == org_id, Member.role.in_(roles))
        .order_by(User.email)
    )
    return (await session.execute(query)).all()


async def delete_mail_tokens(session: WriteSession, before: datetime) -> None:
    """Those that expired before this instant."""
    delete = sa.delete(MailToken).where(MailToken.expires_at < before)
    await session.execute(delete.execution_options(synchronize_session=False))
