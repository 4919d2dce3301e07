"""The SQL of links that are mailed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.modules.identity.models import MailToken
from app.modules.identity.values import MailPurpose
from app.runtime.db.session import ReadSession, WriteSession


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


async def lock_email_change(
    session: WriteSession, token_id: UUID, token_hash: bytes, user_id: UUID, now: datetime
) -> MailToken | None:
    """A live link by which this user changes their address."""
    query = sa.select(MailToken).where(
        MailToken.id == token_id,
        MailToken.token_hash == token_hash,
        MailToken.user_id == user_id,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def get_email_change(session: ReadSession, token_id: UUID) -> MailToken | None:
    """A link that changes an address, live or not."""
    return (await session.execute(sa.select(MailToken).where(MailToken.id == token_id))).scalar_one_or_none()


async def spend_mail_tokens(session: WriteSession, user_id: UUID, now: datetime, *purposes: MailPurpose) -> None:
    """Make all links of a user for these purposes worthless."""
    query = sa.update(MailToken).where(
        MailToken.user_id == user_id, MailToken.purpose.in_(purposes), MailToken.used_at.is_(None)
    )
    await session.execute(query.values(used_at=now))


async def delete_mail_tokens(session: WriteSession, before: datetime) -> None:
    """Those that expired before this instant."""
    delete = sa.delete(MailToken).where(MailToken.expires_at < before)
    await session.execute(delete.execution_options(synchronize_session=False))
