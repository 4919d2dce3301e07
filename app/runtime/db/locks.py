"""A lock on a name, where there is no row to lock: of whoever counts before they write, one comes second."""

from __future__ import annotations

import sqlalchemy as sa

from app.runtime.db.session import WriteSession

LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
SHARE = sa.text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")


async def lock_name(session: WriteSession, name: str) -> None:
    """Wait for whoever holds the name, and hold it until the transaction ends."""
    await session.execute(LOCK, {"name": name})


async def share_name(session: WriteSession, name: str) -> None:
    """Wait for whoever holds the name alone, and keep them waiting until the transaction ends; others share it."""
    await session.execute(SHARE, {"name": name})
