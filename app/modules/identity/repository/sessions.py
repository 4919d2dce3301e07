"""The SQL of sign-ins and their refresh tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.modules.identity.models import (
    LoginSession,
    RefreshToken,
    SecondFactor,
    User,
)
from app.modules.identity.repository.addresses import user_index
from app.runtime.db.session import ReadSession, WriteSession


async def has_signed_in_from(session: ReadSession, email: str, network: str, since: datetime) -> bool:
    found = sa.exists().where(
        LoginSession.user_id == User.id,
        User.email_index == user_index(session.seals, email),
        LoginSession.network == network,
        LoginSession.created_at >= since,
    )
    return bool((await session.execute(sa.select(found))).scalar_one())


async def revoke_company_sessions(session: WriteSession, org_id: UUID, user_id: UUID, now: datetime) -> None:
    """The user's sessions for this company; those for others go on."""
    query = sa.update(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.current_org_id == org_id, LoginSession.revoked_at.is_(None)
    )
    await session.execute(query.values(revoked_at=now))


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


async def get_proved_at(session: ReadSession, session_id: UUID) -> datetime | None:
    query = sa.select(LoginSession.proved_at).where(LoginSession.id == session_id)
    return (await session.execute(query)).scalar_one_or_none()


async def limit_sessions_without_factor(session: WriteSession, org_id: UUID, now: datetime, ends_at: datetime) -> None:
    """Of the company's live sessions, those of users without a second factor may only enrol from now on."""
    enrolled = sa.select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None))
    query = sa.update(LoginSession).where(
        LoginSession.current_org_id == org_id, LoginSession.revoked_at.is_(None), LoginSession.user_id.not_in(enrolled)
    )
    limited = query.values(enrol_only_since=now, expires_at=sa.func.least(LoginSession.expires_at, ends_at))
    await session.execute(limited.execution_options(synchronize_session=False))


async def list_live_sessions(session: ReadSession, user_id: UUID, now: datetime, most: int) -> Sequence[LoginSession]:
    """The latest used first."""
    query = (
        sa.select(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.last_used_at.desc(), LoginSession.id.desc())
        .limit(most)
    )
    return (await session.execute(query)).scalars().all()


async def revoke_session_of(session: WriteSession, user_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Whether the user had this session, and it lived."""
    query = sa.update(LoginSession).where(
        LoginSession.id == session_id,
        LoginSession.user_id == user_id,
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now,
    )
    return (await session.execute(query.values(revoked_at=now).returning(LoginSession.id))).scalar() is not None
