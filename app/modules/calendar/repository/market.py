"""What the market asks of all companies at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.calendar.values import (
    LONGEST_DRIVE,
    LONGEST_LOCAL_DRIVE,
    LONGEST_RESERVATION,
    Need,
    StartedJob,
    Stops,
    TruckLimit,
    Window,
)
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession

INSTANT = sa.DateTime(timezone=True)

# What is taken is found first, whoever has it: asked for each resource alone, the plan that serves every list of
# companies goes through the GiST index two thousand times (43 ms against 7, with 150 companies). What lies within a
# drive of the window is found with it. It says of each resource what `rules.free_in` says.
FREE = sa.text(
    """
    WITH asked AS MATERIALIZED (
        SELECT org_id, :starts_at + length AS ends_at, last_day
        FROM unnest(:org_ids, :lengths, :last_days) AS a (org_id, length, last_day)),
    near AS MATERIALIZED (
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
        FROM near AS n JOIN asked AS a ON a.org_id = n.org_id
        WHERE n.starts_at < a.ends_at AND n.ends_at > :starts_at
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM :starts_at - n.ends_at) / 60,
            app.crow_miles(n.last_lat, n.last_lng, :first_lat, :first_lng)
        FROM near AS n WHERE n.ends_at <= :starts_at AND n.first_lat IS NOT NULL
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM n.starts_at - a.ends_at) / 60,
            app.crow_miles(:last_lat, :last_lng, n.first_lat, n.first_lng)
        FROM near AS n JOIN asked AS a ON a.org_id = n.org_id
        WHERE n.starts_at >= a.ends_at AND n.first_lat IS NOT NULL),
    sold_out AS MATERIALIZED (
        SELECT * FROM app.sold_out(:org_ids, :lengths, ARRAY[:starts_at], :now))
    SELECT r.org_id,
        array_agg(r.capacity_cuft) FILTER (WHERE r.kind = 'truck' AND s.org_id IS NULL) AS cuft,
        array_agg(r.max_weight_lb) FILTER (WHERE r.kind = 'truck' AND s.org_id IS NULL) AS pounds,
        array_agg(r.capacity_cuft) FILTER (WHERE r.kind = 'truck' AND s.org_id IS NOT NULL) AS sold_cuft,
        array_agg(r.max_weight_lb) FILTER (WHERE r.kind = 'truck' AND s.org_id IS NOT NULL) AS sold_pounds,
        array_agg(array_to_string(r.skills, ' '))
            FILTER (WHERE r.kind = 'driver' AND r.skills && :skills) AS skilled_drivers,
        array_agg(array_to_string(r.skills, ' '))
            FILTER (WHERE r.kind = 'helper' AND r.skills && :skills) AS skilled_helpers,
        count(*) FILTER (WHERE r.kind = 'driver') AS drivers,
        count(*) FILTER (WHERE r.kind = 'helper') AS helpers
    FROM asked AS a
    JOIN app.resources AS r ON r.org_id = a.org_id AND r.retired_at IS NULL
    LEFT JOIN LATERAL (
        SELECT o.org_id FROM sold_out AS o
        WHERE r.kind = 'truck' AND o.org_id = r.org_id
            AND r.capacity_cuft >= o.least_cuft AND r.capacity_cuft < o.most_cuft LIMIT 1) AS s ON true
    WHERE (r.kind <> 'truck' OR r.skills @> :features)
        AND (r.usable_until IS NULL OR r.usable_until >= a.last_day)
        AND (r.kind <> 'truck' OR r.org_id <> ALL(:limited_org_ids) OR r.id = ANY(:limited_to))
        AND (r.hours_zone IS NULL OR app.works(r.hours_weekly, r.hours_less, r.hours_more,
            app.wall_minutes(:starts_at, r.hours_zone),
            app.wall_minutes(a.ends_at - interval '1 microsecond', r.hours_zone)))
        AND NOT EXISTS (
            SELECT 1 FROM busy WHERE busy.org_id = r.org_id AND busy.resource_id = r.id
                AND (busy.gap IS NULL OR busy.gap < r.turnaround_minutes + app.drive_minutes(busy.miles)))
    GROUP BY r.org_id
    """
).bindparams(
    *(
        sa.bindparam(name, type_=pg.ARRAY(pg.UUID(as_uuid=True)))
        for name in ("org_ids", "limited_org_ids", "limited_to")
    ),
    sa.bindparam("skills", type_=pg.ARRAY(sa.Text)),
    sa.bindparam("features", type_=pg.ARRAY(sa.Text)),
    sa.bindparam("lengths", type_=pg.ARRAY(sa.Interval)),
    sa.bindparam("last_days", type_=pg.ARRAY(sa.Date)),
    *(sa.bindparam(name, type_=INSTANT) for name in ("starts_at", "since", "far_since", "until", "now")),
    *(sa.bindparam(name, type_=sa.Double) for name in ("first_lat", "first_lng", "last_lat", "last_lng")),
)


WHOLE = sa.text(
    """
    SELECT r.org_id,
        array_agg(r.capacity_cuft) FILTER (WHERE r.kind = 'truck') AS cuft,
        array_agg(r.max_weight_lb) FILTER (WHERE r.kind = 'truck') AS pounds,
        NULL::integer[] AS sold_cuft, NULL::integer[] AS sold_pounds,
        array_agg(array_to_string(r.skills, ' '))
            FILTER (WHERE r.kind = 'driver' AND r.skills && :skills) AS skilled_drivers,
        array_agg(array_to_string(r.skills, ' '))
            FILTER (WHERE r.kind = 'helper' AND r.skills && :skills) AS skilled_helpers,
        count(*) FILTER (WHERE r.kind = 'driver') AS drivers,
        count(*) FILTER (WHERE r.kind = 'helper') AS helpers
    FROM app.resources AS r
    WHERE r.org_id = ANY(:org_ids) AND r.retired_at IS NULL
        AND (r.kind <> 'truck' OR r.skills @> :features)
    GROUP BY r.org_id
    """
).bindparams(
    sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))),
    sa.bindparam("skills", type_=pg.ARRAY(sa.Text)),
    sa.bindparam("features", type_=pg.ARRAY(sa.Text)),
)


async def find_whole_capacity(session: ReadSession, org_ids: Sequence[UUID], need: Need) -> Sequence[AnyRow]:
    return (await session.execute(WHOLE, {"org_ids": list(org_ids), **_gear(need)})).all()


def _gear(need: Need) -> dict[str, list[str]]:
    return {"skills": list(need.skills), "features": list(need.features)}


async def find_free_capacity(
    session: ReadSession,
    windows: Mapping[UUID, Window],
    last_days: Sequence[date],
    job: StartedJob,
    *,
    limit: TruckLimit,
) -> Sequence[AnyRow]:
    """For the market, whose policies have no condition: here the range operator may use the GiST index. `windows` have
    one start; `last_days` are theirs, by the clock of the place.
    """
    stops, now = job.stops, job.now
    starts_at, ends_at = min(windows.values()).starts_at, max(window.ends_at for window in windows.values())
    parameters = {
        **_gear(job.need),
        "org_ids": list(windows),
        "limited_org_ids": list(limit.org_ids),
        "limited_to": list(limit.truck_ids),
        "lengths": [window.length for window in windows.values()],
        "last_days": list(last_days),
        "starts_at": starts_at,
        "since": starts_at - LONGEST_LOCAL_DRIVE,
        "far_since": starts_at - LONGEST_DRIVE,
        "until": ends_at + (LONGEST_DRIVE if stops.is_far else LONGEST_LOCAL_DRIVE),
        "now": now,
        "first_lat": stops.first.lat,
        "first_lng": stops.first.lng,
        "last_lat": stops.last.lat,
        "last_lng": stops.last.lng,
    }
    return (await session.execute(FREE, parameters)).all()


# Of each resource the starts at which it is taken, as bits. A reservation keeps it from the drive before it to the
# drive behind it; the starts in there follow one another, and two binary searches find the first and the last. Hours
# are laid over the starts once for all who have the same.
TAKEN_STARTS = sa.text(
    """
    WITH asked AS (SELECT * FROM unnest(:org_ids, :lengths) AS a (org_id, length)),
    off_duty AS MATERIALIZED (
        SELECT h.*, (
            SELECT bit_or(1::bigint << (s.number - 1)::integer)
            FROM unnest(:starts) WITH ORDINALITY AS s (starts_at, number)
            WHERE NOT app.works(h.hours_weekly, h.hours_less, h.hours_more, app.wall_minutes(s.starts_at, h.hours_zone),
                app.wall_minutes(s.starts_at + h.length - interval '1 microsecond', h.hours_zone))) AS starts
        FROM (
            SELECT DISTINCT r.hours_zone, r.hours_weekly, r.hours_less, r.hours_more, a.length
            FROM asked AS a JOIN app.resources AS r ON r.org_id = a.org_id
            WHERE r.retired_at IS NULL AND r.hours_zone IS NOT NULL) AS h),
    sold_out AS MATERIALIZED (SELECT * FROM app.sold_out(:org_ids, :lengths, :starts, :now))
    SELECT r.org_id, r.kind, r.capacity_cuft, r.max_weight_lb, r.usable_until,
        coalesce(t.starts, 0) | coalesce(d.starts, 0) | coalesce(f.starts, 0) AS taken, r.id, r.skills
    FROM asked AS a
    JOIN app.resources AS r ON r.org_id = a.org_id AND r.retired_at IS NULL
    LEFT JOIN LATERAL (
        SELECT bit_or((1::bigint << width_bucket(k.ends_at - interval '1 microsecond', :starts))
            - (1::bigint << width_bucket(k.starts_at - a.length, :starts))) AS starts
        FROM (
            SELECT v.starts_at - CASE WHEN v.is_job THEN least(:own_reach,
                    (r.turnaround_minutes + app.drive_minutes(v.to_it)) * interval '1 minute')
                    ELSE interval '0' END AS starts_at,
                v.ends_at + CASE WHEN v.is_job THEN least(v.reach,
                    (r.turnaround_minutes + app.drive_minutes(v.from_it)) * interval '1 minute')
                    ELSE interval '0' END AS ends_at
            FROM (
                SELECT w.starts_at, w.ends_at, w.first_lat IS NOT NULL AS is_job,
                    CASE WHEN w.is_far THEN :far_reach ELSE :reach END AS reach,
                    app.crow_miles(w.last_lat, w.last_lng, :first_lat, :first_lng) AS from_it,
                    app.crow_miles(:last_lat, :last_lng, w.first_lat, w.first_lng) AS to_it
                FROM app.reservations AS w
                WHERE w.org_id = r.org_id AND w.resource_id = r.id AND w.active
                    AND w.starts_at > :since AND w.starts_at < :until
                    AND (w.held_until IS NULL OR w.held_until > :now) OFFSET 0) AS v) AS k) AS t ON true
    LEFT JOIN off_duty AS d ON d.hours_zone = r.hours_zone AND d.hours_weekly = r.hours_weekly
        AND d.hours_less = r.hours_less AND d.hours_more = r.hours_more AND d.length = a.length
    LEFT JOIN LATERAL (
        SELECT bit_or(o.starts) AS starts FROM sold_out AS o
        WHERE r.kind = 'truck' AND o.org_id = r.org_id
            AND r.capacity_cuft >= o.least_cuft AND r.capacity_cuft < o.most_cuft) AS f ON true
    """
).bindparams(
    sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True))),
    sa.bindparam("lengths", type_=pg.ARRAY(sa.Interval)),
    sa.bindparam("starts", type_=pg.ARRAY(INSTANT)),
    *(sa.bindparam(name, type_=INSTANT) for name in ("since", "until", "now")),
    *(sa.bindparam(name, type_=sa.Interval) for name in ("far_reach", "reach", "own_reach")),
    *(sa.bindparam(name, type_=sa.Double) for name in ("first_lat", "first_lng", "last_lat", "last_lng")),
)


async def find_taken_starts(
    session: ReadSession, lengths: Mapping[UUID, timedelta], starts: Sequence[datetime], stops: Stops, now: datetime
) -> Sequence[AnyRow]:
    """For the market: each resource in service of these companies, with the starts (as bits) at which it cannot do a
    job of its company's length. `starts` rise.
    """
    own_reach = LONGEST_DRIVE if stops.is_far else LONGEST_LOCAL_DRIVE
    parameters = {
        "org_ids": list(lengths),
        "lengths": list(lengths.values()),
        "starts": list(starts),
        "since": starts[0] - LONGEST_DRIVE - LONGEST_RESERVATION,
        "until": starts[-1] + max(lengths.values()) + own_reach,
        "now": now,
        "far_reach": LONGEST_DRIVE,
        "reach": LONGEST_LOCAL_DRIVE,
        "own_reach": own_reach,
        "first_lat": stops.first.lat,
        "first_lng": stops.first.lng,
        "last_lat": stops.last.lat,
        "last_lng": stops.last.lng,
    }
    return (await session.execute(TAKEN_STARTS, parameters)).all()
