"""What the market asks of all companies at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.calendar.values import LONGEST_DRIVE, LONGEST_LOCAL_DRIVE, Stops, Window
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession

INSTANT = sa.DateTime(timezone=True)

# What is taken is found first, whoever has it: asked for each resource alone, the plan that serves every list of
# companies goes through the GiST index two thousand times (43 ms against 7, with 150 companies). What lies within a
# drive of the window is found with it; the lines under `least` are the bands of kernel/roads.py, by miles as the crow
# flies. It says of each resource what `rules.free_in` says.
FREE = sa.text(
    """
    WITH near AS MATERIALIZED (
        SELECT v.org_id, v.resource_id, v.starts_at, v.ends_at, v.first_lat, v.first_lng, v.last_lat, v.last_lng
        FROM app.reservations AS v
        WHERE v.active AND v.during && tstzrange(:since, :until, '[)')
            AND (v.held_until IS NULL OR v.held_until > :now)
        UNION ALL
        SELECT v.org_id, v.resource_id, v.starts_at, v.ends_at, v.first_lat, v.first_lng, v.last_lat, v.last_lng
        FROM app.reservations AS v
        WHERE v.active AND v.is_far AND v.during && tstzrange(:far_since, :since, '[)') AND v.ends_at <= :since
            AND (v.held_until IS NULL OR v.held_until > :now)),
    busy AS MATERIALIZED (
        SELECT n.org_id, n.resource_id, NULL::double precision AS gap, NULL::double precision AS miles
        FROM near AS n WHERE n.starts_at < :ends_at AND n.ends_at > :starts_at
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM :starts_at - n.ends_at) / 60,
            app.crow_miles(n.last_lat, n.last_lng, :first_lat, :first_lng)
        FROM near AS n WHERE n.ends_at <= :starts_at AND n.first_lat IS NOT NULL
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM n.starts_at - :ends_at) / 60,
            app.crow_miles(:last_lat, :last_lng, n.first_lat, n.first_lng)
        FROM near AS n WHERE n.starts_at >= :ends_at AND n.first_lat IS NOT NULL)
    SELECT r.org_id,
        array_agg(r.capacity_cuft) FILTER (WHERE r.kind = 'truck') AS cuft,
        array_agg(r.max_weight_lb) FILTER (WHERE r.kind = 'truck') AS pounds,
        count(*) FILTER (WHERE r.kind = 'driver') AS drivers,
        count(*) FILTER (WHERE r.kind = 'helper') AS helpers
    FROM app.resources AS r
    WHERE r.org_id = ANY(:org_ids) AND r.retired_at IS NULL
        AND (r.usable_until IS NULL OR r.usable_until >= :last_day)
        AND (r.hours_zone IS NULL OR app.works(r.hours_weekly, r.hours_less, r.hours_more,
            app.wall_minutes(:starts_at, r.hours_zone),
            app.wall_minutes(:ends_at - interval '1 microsecond', r.hours_zone)))
        AND NOT EXISTS (
            SELECT 1 FROM busy WHERE busy.org_id = r.org_id AND busy.resource_id = r.id
                AND (busy.gap IS NULL OR busy.gap < r.turnaround_minutes + ceil(least(
                    3.36 * busy.miles, 32 / 3.0 + 28 / 15.0 * busy.miles, 14 + 23 / 15.0 * busy.miles,
                    842 / 33.0 + 13.8 / 11 * busy.miles))))
    GROUP BY r.org_id
    """
).bindparams(
    sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))),
    sa.bindparam("last_day", type_=sa.Date),
    *(sa.bindparam(name, type_=INSTANT) for name in ("starts_at", "ends_at", "since", "far_since", "until", "now")),
    *(sa.bindparam(name, type_=sa.Double) for name in ("first_lat", "first_lng", "last_lat", "last_lng")),
)


WHOLE = sa.text(
    """
    SELECT r.org_id,
        array_agg(r.capacity_cuft) FILTER (WHERE r.kind = 'truck') AS cuft,
        array_agg(r.max_weight_lb) FILTER (WHERE r.kind = 'truck') AS pounds,
        count(*) FILTER (WHERE r.kind = 'driver') AS drivers,
        count(*) FILTER (WHERE r.kind = 'helper') AS helpers
    FROM app.resources AS r
    WHERE r.org_id = ANY(:org_ids) AND r.retired_at IS NULL
    GROUP BY r.org_id
    """
).bindparams(sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))))


async def find_whole_capacity(session: ReadSession, org_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    return (await session.execute(WHOLE, {"org_ids": list(org_ids)})).all()


async def find_free_capacity(
    session: ReadSession, org_ids: Sequence[UUID], window: Window, place: tuple[date, Stops], now: datetime
) -> Sequence[AnyRow]:
    """For the market, whose policies have no condition: here the range operator may use the GiST index. `place`: the
    last day of the window there, and the stops.
    """
    last_day, stops = place
    parameters = {
        "org_ids": list(org_ids),
        "last_day": last_day,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "since": window.starts_at - LONGEST_LOCAL_DRIVE,
        "far_since": window.starts_at - LONGEST_DRIVE,
        "until": window.ends_at + (LONGEST_DRIVE if stops.is_far else LONGEST_LOCAL_DRIVE),
        "now": now,
        "first_lat": stops.first.lat,
        "first_lng": stops.first.lng,
        "last_lat": stops.last.lat,
        "last_lng": stops.last.lng,
    }
    return (await session.execute(FREE, parameters)).all()
