"""What the market asks of all companies at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.calendar import rules
from app.modules.calendar.values import (
    LONGEST_DRIVE,
    LONGEST_LOCAL_DRIVE,
    Need,
    StartedJob,
    TruckLimit,
    Window,
)
from app.runtime.db.session import DriverRow, ReadSession
from app.runtime.db.statements import Ready

INSTANT = sa.DateTime(timezone=True)

# What a company has and what is taken of it is asked for one company after the other (a list of one cannot be hashed):
# the planner would read what all companies have.
#
# It says of each resource what `rules.free_in` says.
FREE = Ready(
    sa.text(
        """
    WITH asked AS MATERIALIZED (
        SELECT org_id, :starts_at + length AS ends_at, last_day
        FROM unnest(:org_ids, :lengths, :last_days) AS a (org_id, length, last_day)),
    near AS MATERIALIZED (
        SELECT a.org_id, a.ends_at AS asked_until, t.*
        FROM asked AS a CROSS JOIN LATERAL app.taken_by(a.org_id, :since, :far_since, :until) AS t
        WHERE t.held_until IS NULL OR t.held_until > :now),
    busy AS MATERIALIZED (
        SELECT n.org_id, n.resource_id, NULL::double precision AS gap, NULL::double precision AS miles
        FROM near AS n
        WHERE n.starts_at < n.asked_until AND n.ends_at > :starts_at
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM :starts_at - n.ends_at) / 60,
            app.crow_miles(n.last_lat, n.last_lng, :first_lat, :first_lng)
        FROM near AS n WHERE n.ends_at <= :starts_at AND n.first_lat IS NOT NULL
        UNION ALL
        SELECT n.org_id, n.resource_id, extract(epoch FROM n.starts_at - n.asked_until) / 60,
            app.crow_miles(:last_lat, :last_lng, n.first_lat, n.first_lng)
        FROM near AS n WHERE n.starts_at >= n.asked_until AND n.first_lat IS NOT NULL),
    sold_out AS MATERIALIZED (
        SELECT * FROM app.sold_out(:org_ids, :lengths, ARRAY[:starts_at], :now)),
    held AS MATERIALIZED (
        SELECT a.ends_at, r.org_id, r.id, r.kind, r.capacity_cuft, r.max_weight_lb, r.skills, r.turnaround_minutes,
            r.hours_zone, r.hours_weekly, r.hours_less, r.hours_more, r.branch_id
        FROM asked AS a
        JOIN app.resources AS r ON r.org_id = ANY(ARRAY[a.org_id]) AND r.retired_at IS NULL
        WHERE (r.usable_until IS NULL OR r.usable_until >= a.last_day)
            AND (r.kind IN ('driver', 'helper') OR (r.kind = 'truck' AND r.skills @> :features
                AND (r.org_id <> ALL(:limited_org_ids) OR r.id = ANY(:limited_to))))),
    clocks AS MATERIALIZED (
        SELECT z.zone, z.ends_at, app.wall_minutes(:starts_at, z.zone) AS first,
            app.wall_minutes(z.ends_at - interval '1 microsecond', z.zone) AS last
        FROM (SELECT DISTINCT hours_zone AS zone, ends_at FROM held WHERE hours_zone IS NOT NULL) AS z)
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
    FROM held AS r
    LEFT JOIN clocks AS c ON c.zone = r.hours_zone AND c.ends_at = r.ends_at
    LEFT JOIN LATERAL (
        SELECT o.org_id FROM sold_out AS o
        WHERE r.kind = 'truck' AND o.org_id = r.org_id AND (o.branch_id IS NULL OR o.branch_id = r.branch_id)
            AND r.capacity_cuft >= o.least_cuft AND r.capacity_cuft < o.most_cuft LIMIT 1) AS s ON true
    WHERE (c.zone IS NULL OR app.works(r.hours_weekly, r.hours_less, r.hours_more, c.first, c.last))
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
)


WHOLE = Ready(
    sa.text(
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
)


async def find_whole_capacity(session: ReadSession, org_ids: Sequence[UUID], need: Need) -> Sequence[DriverRow]:
    return await WHOLE.rows(session, {"org_ids": list(org_ids), **_gear(need)})


def _gear(need: Need) -> dict[str, list[str]]:
    """Whose licence covers a heavy truck is asked of everybody: which truck goes is not known yet."""
    return {"skills": [*need.skills, *rules.CLASSES], "features": list(need.features)}


async def find_free_capacity(
    session: ReadSession,
    windows: Mapping[UUID, Window],
    last_days: Sequence[date],
    job: StartedJob,
    *,
    limit: TruckLimit,
) -> Sequence[DriverRow]:
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
    return await FREE.rows(session, parameters)


# Of each company its resources, and of each of them the starts at which it is taken, as bits. A reservation keeps it
# from the drive before it to the drive behind it; the starts in there follow one another, and two binary searches find
# the first and the last. Hours are laid over the starts once for all who have the same. What it cannot say is null:
# papers that outlast the days asked for, and the ids of trucks of which all may go.
TAKEN_STARTS = Ready(
    sa.text(
        """
    WITH asked AS MATERIALIZED (SELECT * FROM unnest(:org_ids, :lengths) AS a (org_id, length)),
    held AS MATERIALIZED (
        SELECT a.length, r.org_id, r.id, r.kind, r.capacity_cuft, r.max_weight_lb, r.skills, r.usable_until,
            r.turnaround_minutes, r.hours_zone, r.hours_weekly, r.hours_less, r.hours_more, r.branch_id
        FROM asked AS a
        JOIN app.resources AS r ON r.org_id = ANY(ARRAY[a.org_id]) AND r.retired_at IS NULL
        WHERE r.kind IN ('driver', 'helper') OR (r.kind = 'truck' AND r.skills @> :features)),
    taken AS MATERIALIZED (
        SELECT k.org_id, k.resource_id,
            bit_or((1::bigint << width_bucket(k.ends_at - interval '1 microsecond', :starts))
                - (1::bigint << width_bucket(k.starts_at - k.length, :starts))) AS starts
        FROM (
            SELECT r.org_id, v.resource_id, r.length,
                v.starts_at - CASE WHEN v.is_job THEN least(:own_reach,
                    (r.turnaround_minutes + app.drive_minutes(v.to_it)) * interval '1 minute')
                    ELSE interval '0' END AS starts_at,
                v.ends_at + CASE WHEN v.is_job THEN least(v.reach,
                    (r.turnaround_minutes + app.drive_minutes(v.from_it)) * interval '1 minute')
                    ELSE interval '0' END AS ends_at
            FROM (
                SELECT a.org_id, t.resource_id, t.starts_at, t.ends_at, t.first_lat IS NOT NULL AS is_job,
                    CASE WHEN t.is_far THEN :far_reach ELSE :reach END AS reach,
                    app.crow_miles(t.last_lat, t.last_lng, :first_lat, :first_lng) AS from_it,
                    app.crow_miles(:last_lat, :last_lng, t.first_lat, t.first_lng) AS to_it
                FROM asked AS a CROSS JOIN LATERAL app.taken_by(a.org_id, :since, :far_since, :until) AS t
                WHERE t.held_until IS NULL OR t.held_until > :now OFFSET 0) AS v
            JOIN held AS r ON r.org_id = v.org_id AND r.id = v.resource_id) AS k
        GROUP BY k.org_id, k.resource_id),
    off_duty AS MATERIALIZED (
        SELECT h.*, (
            SELECT bit_or(1::bigint << (s.number - 1)::integer)
            FROM unnest(:starts) WITH ORDINALITY AS s (starts_at, number)
            WHERE NOT app.works(h.hours_weekly, h.hours_less, h.hours_more, app.wall_minutes(s.starts_at, h.hours_zone),
                app.wall_minutes(s.starts_at + h.length - interval '1 microsecond', h.hours_zone))) AS starts
        FROM (
            SELECT DISTINCT r.hours_zone, r.hours_weekly, r.hours_less, r.hours_more, r.length
            FROM held AS r WHERE r.hours_zone IS NOT NULL) AS h),
    sold_out AS MATERIALIZED (SELECT * FROM app.sold_out(:org_ids, :lengths, :starts, :now))
    SELECT r.org_id, array_agg(r.kind) AS kinds, array_agg(r.capacity_cuft) AS cuft,
        array_agg(r.max_weight_lb) AS pounds,
        array_agg(coalesce(t.starts, 0) | coalesce(d.starts, 0) | coalesce(f.starts, 0)) AS taken,
        array_agg(CASE WHEN r.usable_until < :last_day THEN r.usable_until END) AS usable_until,
        array_agg(CASE WHEN r.kind = 'truck' AND r.org_id = ANY(:limited_org_ids) THEN r.id END) AS truck_ids,
        array_agg(CASE WHEN r.kind <> 'truck' AND r.skills && :skills THEN array_to_string(r.skills, ' ') END) AS skills
    FROM held AS r
    LEFT JOIN taken AS t ON t.org_id = r.org_id AND t.resource_id = r.id
    LEFT JOIN off_duty AS d ON d.hours_zone = r.hours_zone AND d.hours_weekly = r.hours_weekly
        AND d.hours_less = r.hours_less AND d.hours_more = r.hours_more AND d.length = r.length
    LEFT JOIN LATERAL (
        SELECT bit_or(o.starts) AS starts FROM sold_out AS o
        WHERE r.kind = 'truck' AND o.org_id = r.org_id AND (o.branch_id IS NULL OR o.branch_id = r.branch_id)
            AND r.capacity_cuft >= o.least_cuft AND r.capacity_cuft < o.most_cuft) AS f ON true
    GROUP BY r.org_id
    """
    ).bindparams(
        *(sa.bindparam(name, type_=pg.ARRAY(pg.UUID(as_uuid=True))) for name in ("org_ids", "limited_org_ids")),
        sa.bindparam("lengths", type_=pg.ARRAY(sa.Interval)),
        sa.bindparam("starts", type_=pg.ARRAY(INSTANT)),
        sa.bindparam("skills", type_=pg.ARRAY(sa.Text)),
        sa.bindparam("features", type_=pg.ARRAY(sa.Text)),
        sa.bindparam("last_day", type_=sa.Date),
        *(sa.bindparam(name, type_=INSTANT) for name in ("since", "far_since", "until", "now")),
        *(sa.bindparam(name, type_=sa.Interval) for name in ("far_reach", "reach", "own_reach")),
        *(sa.bindparam(name, type_=sa.Double) for name in ("first_lat", "first_lng", "last_lat", "last_lng")),
    )
)


async def find_taken_starts(
    session: ReadSession,
    lengths: Mapping[UUID, timedelta],
    starts: Sequence[datetime],
    job: StartedJob,
    limited_org_ids: Collection[UUID],
) -> Sequence[DriverRow]:
    """For the market: of each of these companies the resources in service that may do the job, with the starts (as
    bits) at which each cannot do it for as long as its company takes. `starts` rise.
    """
    stops = job.stops
    own_reach = LONGEST_DRIVE if stops.is_far else LONGEST_LOCAL_DRIVE
    longest = max(lengths.values())
    parameters = {
        **_gear(job.need),
        "org_ids": list(lengths),
        "limited_org_ids": list(limited_org_ids),
        "lengths": list(lengths.values()),
        "starts": list(starts),
        "last_day": Window(starts[-1], starts[-1] + longest).last_day(job.zone),
        "since": starts[0] - LONGEST_DRIVE,
        "far_since": starts[0] - LONGEST_DRIVE,
        "until": starts[-1] + longest + own_reach,
        "now": job.now,
        "far_reach": LONGEST_DRIVE,
        "reach": LONGEST_LOCAL_DRIVE,
        "own_reach": own_reach,
        "first_lat": stops.first.lat,
        "first_lng": stops.first.lng,
        "last_lat": stops.last.lat,
        "last_lng": stops.last.lng,
    }
    return await TAKEN_STARTS.rows(session, parameters)
