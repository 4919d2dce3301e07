"""What keeps the towns of the tests small: a search asks the nearest two hundred companies, and every test opens some."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

# Companies that customers may find, in the order in which they opened.
OPEN: Final[list[UUID]] = []


async def close_companies(admin_url: str, org_ids: Sequence[UUID]) -> None:
    """Take the companies of a test that has ended from the market."""
    if not org_ids:
        return
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("UPDATE app.organizations SET status = 'draft' WHERE id = ANY($1)", org_ids)
    finally:
        await connection.close()
