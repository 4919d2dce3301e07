"""A lock on a name, where there is no row to lock: of whoever counts before they write, one comes second."""

from __future__ import annotations

import sqlalchemy as sa

from app.runtime.db.session import WriteSession

LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


async def lock_name(session: WriteSession, name: str) -> None:
    """Wait for whoever holds the name, and hold it until the transaction ends."""
    await session.execute(LOCK, {"name": name})
