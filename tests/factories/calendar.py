"""What the calendar really holds: read as the administrator, who sees every company's rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.conftest import Logins

OVERLAPPING: Final = """
SELECT count(*) FROM app.reservations AS a
JOIN app.reservations AS b ON a.org_id = b.org_id AND a.resource_id = b.resource_id AND a.id < b.id
WHERE a.active AND b.active AND a.during && b.during
"""
# Live bookings whose reservations are not just the trucks and people that they, or their legs, name for just their
# window.
UNTRUE: Final = """
SELECT b.reference FROM app.bookings AS b
CROSS JOIN LATERAL (
    SELECT array_agg(t::text ORDER BY t::text) AS rows FROM (
        SELECT v.resource_id, v.starts_at, v.ends_at
        FROM app.reservations AS v WHERE v.org_id = b.org_id AND v.source_id = b.id AND v.active) AS t) AS taken
CROSS JOIN LATERAL (
    SELECT array_agg(t::text ORDER BY t::text) AS rows FROM (
        SELECT one, b.starts_at, b.ends_at FROM unnest(b.truck_ids || b.driver_ids || b.equipment_ids) AS one
        WHERE b.legs IS NULL
        UNION ALL
        SELECT one::uuid, (leg->>'starts_at')::timestamptz, (leg->>'ends_at')::timestamptz
        FROM jsonb_array_elements(coalesce(b.legs, '[]')) AS leg,
            jsonb_array_elements_text((leg->'truck_ids') || (leg->'driver_ids') || (leg->'equipment_ids')) AS one) AS t) AS told
WHERE b.org_id = $1 AND taken.rows IS DISTINCT FROM told.rows AND (
    b.status NOT IN ('held', 'cancelled', 'expired', 'no_show') OR b.status = 'held' AND b.hold_expires_at > $2)
"""
# Reservations that stand for no booking that lives: what a refusal must not leave behind.
ORPHANED: Final = """
SELECT count(*) FROM app.reservations AS v
WHERE v.org_id = $1 AND v.active AND v.kind = 'booking' AND (v.held_until IS NULL OR v.held_until > $2)
    AND NOT EXISTS (
        SELECT 1 FROM app.bookings AS b WHERE b.org_id = v.org_id AND b.id = v.source_id
            AND b.status NOT IN ('cancelled', 'expired', 'no_show'))
"""


@asynccontextmanager
async def administrator(logins: Logins) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(logins.admin)
    try:
        yield connection
    finally:
        await connection.close()


async def deadlocks(logins: Logins) -> int:
    async with administrator(logins) as connection:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        return int(await connection.fetchval(query))


async def untruths(logins: Logins, org_id: UUID, now: Any) -> dict[str, Any]:
    """All that may not be in a company's calendar; each value is falsy when it is as it should be."""
    async with administrator(logins) as connection:
        return {
            "overlapping": await connection.fetchval(OVERLAPPING),
            "partial": [row["reference"] for row in await connection.fetch(UNTRUE, org_id, now)],
            "orphaned": await connection.fetchval(ORPHANED, org_id, now),
        }


async def taken_by(logins: Logins, source_id: str) -> set[str]:
    """The resources that are taken for a booking."""
    async with administrator(logins) as connection:
        query = "SELECT resource_id FROM app.reservations WHERE source_id = $1 AND active"
        return {str(row["resource_id"]) for row in await connection.fetch(query, UUID(source_id))}
