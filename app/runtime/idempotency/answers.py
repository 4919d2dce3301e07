"""Kept answers, where they must go before their 24 hours are over."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from app.runtime.db.session import WriteSession
from app.runtime.idempotency.models import IdempotencyKey


async def forget_answers(session: WriteSession, caller_id: UUID) -> None:
    """Delete every kept answer to the caller; as the caller."""
    await session.execute(sa.delete(IdempotencyKey).where(IdempotencyKey.caller_id == caller_id))
