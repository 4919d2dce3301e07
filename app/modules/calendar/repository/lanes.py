"""The day board: what takes each resource of a company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.calendar.values import Window
from app.runtime.db.session import DriverRow, ReadSession
from app.runtime.db.statements import Ready

INSTANT = sa.DateTime(timezone=True)

# PostgreSQL builds what each resource has taken, once, as text that is only passed on. An expired hold takes nothing.
# The way to a job is from the last stop of the job before it, as `rules.clashes` has it; miles as app/kernel/roads.py.
# Few are long, and have an index of their own: of all others two days are read and not thirty.
LANES = Ready(
    sa.text(
        """
    WITH near AS (
        SELECT v.resource_id, v.kind, v.source_id, v.starts_at, v.ends_at, v.held_until, v.first_lat, v.first_lng,
            v.last_lat, v.last_lng
        FROM app.reservations AS v
        WHERE v.org_id = :org_id AND v.active AND v.ends_at > :since AND v.starts_at < :until
            AND v.starts_at > :since - interval '2 days'
            AND NOT (v.is_far OR v.ends_at - v.starts_at > interval '2 days')
        UNION ALL
        SELECT v.resource_id, v.kind, v.source_id, v.starts_at, v.ends_at, v.held_until, v.first_lat, v.first_lng,
            v.last_lat, v.last_lng
        FROM app.reservations AS v
        WHERE v.org_id = :org_id AND v.active AND v.ends_at > :since AND v.starts_at < :until
            AND v.starts_at > :since - interval '30 days'
            AND (v.is_far OR v.ends_at - v.starts_at > interval '2 days')),
    lanes AS MATERIALIZED (
        SELECT n.resource_id, json_agg(json_build_object(
            'kind', n.kind, 'source_id', n.source_id,
            'starts_at', to_char(n.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'ends_at', to_char(n.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'drive', CASE WHEN n.crow_miles IS NOT NULL THEN json_build_object(
                'miles', round((1.4 * least(n.crow_miles, 10) + 1.15 * greatest(n.crow_miles - 10, 0))::numeric, 1),
                'minutes', app.drive_minutes(n.crow_miles), 'gap_minutes', n.gap_minutes,
                'suffices', n.gap_minutes >= o.turnaround_minutes + app.drive_minutes(n.crow_miles)) END
            ) ORDER BY n.starts_at)::text AS taken
        FROM (
            SELECT w.resource_id, w.kind, w.source_id, w.starts_at, w.ends_at,
                CASE WHEN w.source_id <> lag(w.source_id) OVER behind THEN app.crow_miles(
                    lag(w.last_lat) OVER behind, lag(w.last_lng) OVER behind, w.first_lat, w.first_lng)
                    END AS crow_miles,
                floor(extract(epoch FROM w.starts_at - lag(w.ends_at) OVER behind) / 60) AS gap_minutes
            FROM near AS w
            WHERE w.held_until IS NULL OR w.held_until > :now
            WINDOW behind AS (PARTITION BY w.resource_id, w.first_lat IS NULL ORDER BY w.starts_at)) AS n
        JOIN app.resources AS o ON o.org_id = :org_id AND o.id = n.resource_id
        GROUP BY n.resource_id)
    SELECT r.id, r.kind, coalesce(t.taken, '[]') AS taken
    FROM app.resources AS r
    LEFT JOIN lanes AS t ON t.resource_id = r.id
    WHERE r.org_id = :org_id AND (r.retired_at IS NULL OR t.taken IS NOT NULL)
        AND (CAST(:resource_id AS uuid) IS NULL OR r.id = :resource_id)
    ORDER BY r.kind DESC, r.id
    """
    ).bindparams(
        sa.bindparam("org_id", type_=pg.UUID(as_uuid=True)),
        sa.bindparam("resource_id", type_=pg.UUID(as_uuid=True)),
        sa.bindparam("since", type_=INSTANT),
        sa.bindparam("until", type_=INSTANT),
        sa.bindparam("now", type_=INSTANT),
    )
)


async def list_lanes(
    session: ReadSession, org_id: UUID, window: Window, now: datetime, resource_id: UUID | None
) -> Sequence[DriverRow]:
    """The company's resources, trucks first, with what takes each of them in the window."""
    parameters = {
        "org_id": org_id,
        "resource_id": resource_id,
        "since": window.starts_at,
        "until": window.ends_at,
        "now": now,
    }
    return await LANES.rows(session, parameters)
