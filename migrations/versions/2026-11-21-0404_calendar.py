"""Who and what is taken when. The exclusion constraint is the referee of every booking.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import EVERY_ROW, NO_ROW, OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "calendar_0001"
down_revision = "identity_0001"
branch_labels = None
depends_on = None

MOVER, BOOKING, MARKET, STAFF, WORKER = (
    Audience.MOVER,
    Audience.BOOKING,
    Audience.MARKET,
    Audience.STAFF,
    Audience.WORKER,
)
SEEN_BY_MARKET = (
    "org_id",
    "id",
    "kind",
    "capacity_cuft",
    "max_weight_lb",
    "skills",
    "usable_until",
    "retired_at",
    "turnaround_minutes",
    "hours_zone",
    "hours_weekly",
    "hours_less",
    "hours_more",
    "branch_id",
)
LIMITS = ("org_id", "zone", "jobs", "van_jobs", "box_jobs", "large_jobs", "branches")
TAKEN_WINDOWS = (
    "org_id",
    "resource_id",
    "source_id",
    "during",
    "starts_at",
    "ends_at",
    "active",
    "held_until",
    "first_lat",
    "first_lng",
    "last_lat",
    "last_lng",
    "is_far",
)
POLICIES = {
    "resources": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        # To lock a row is to be allowed to update it: one column that nobody writes, and a check that refuses.
        Allow(BOOKING, "update", OWN_COMPANY, check=NO_ROW, columns=("locked_at",)),
        Allow(MARKET, "select", EVERY_ROW, columns=SEEN_BY_MARKET),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, check=NO_ROW, columns=("locked_at",)),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "reservations": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select insert update", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=TAKEN_WINDOWS),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select update", OWN_COMPANY),
    ],
    "shifts": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "day_limits": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=LIMITS),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "calendar_rules": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
}

FUNCTIONS = (
    "sold_out",
    "branch_limits",
    "taken_by",
    "works",
    "works_laid_out",
    "wall_minutes",
    "drive_minutes",
    "crow_miles",
)

# Miles on a sphere, as app/kernel/geo.py has them. One expression, which the planner writes into the query.
CROW_MILES = """
CREATE FUNCTION app.crow_miles(lat1 double precision, lng1 double precision, lat2 double precision, lng2 double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT 7917.5226 * asin(sqrt(least(1, power(sin(radians(lat2 - lat1) / 2), 2)
        + cos(radians(lat1)) * cos(radians(lat2)) * power(sin(radians(lng2 - lng1) / 2), 2))))
$$
"""

# Road minutes by miles as the crow flies, in started minutes: the bands of app/kernel/roads.py. As crow_miles.
DRIVE_MINUTES = """
CREATE FUNCTION app.drive_minutes(miles double precision)
RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ceil(least(3.36 * miles, 32 / 3.0 + 28 / 15.0 * miles, 14 + 23 / 15.0 * miles,
        842 / 33.0 + 13.8 / 11 * miles))
$$
"""

# As app/modules/calendar/rules/shifts.py has them.
WALL_MINUTES = """
CREATE FUNCTION app.wall_minutes(at timestamptz, zone text) RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT floor(date_part('epoch', at AT TIME ZONE zone) / 60)::integer - 4 * 1440
$$
"""
# `last`: the last minute of the window. A day that differs, or more than a day, is not looked up but laid out.
WORKS = """
CREATE FUNCTION app.works(weekly int4multirange, less int4multirange, more int4multirange, first integer, last integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN last - first < 1440
            AND NOT (less && int4range(first, greatest(first, last) + 1) OR more && int4range(first, greatest(first, last) + 1))
        THEN weekly @> int4range(first % 10080, first % 10080 + greatest(first, last) - first + 1)
        ELSE app.works_laid_out(weekly, less, more, first, greatest(first, last)) END
$$
"""
WORKS_LAID_OUT = """
CREATE FUNCTION app.works_laid_out(
    weekly int4multirange, less int4multirange, more int4multirange, first integer, last integer)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN last - first < 1440 THEN on_duty @> int4range(first, last + 1)
        ELSE on_duty @> first AND on_duty @> last AND NOT EXISTS (
            SELECT 1 FROM generate_series(first / 1440 + 1, last / 1440 - 1) AS day
            WHERE NOT on_duty && int4range(day * 1440, (day + 1) * 1440)) END
    FROM (
        SELECT coalesce(range_agg(int4range(lower(span) + week, upper(span) + week)), '{}'::int4multirange)
            - less + more AS on_duty
        FROM unnest(weekly) AS span, generate_series(first / 10080 * 10080, last, 10080) AS week) AS hours
$$
"""

# Few have any: STRICT, so that it is not written into the query, and the planner reckons with no hundred a company.
BRANCH_LIMITS = """
CREATE FUNCTION app.branch_limits(branches jsonb)
RETURNS TABLE (branch_id uuid, jobs integer, van_jobs integer, box_jobs integer, large_jobs integer)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 1 AS $$
    SELECT * FROM jsonb_to_recordset(branches)
        AS t (branch_id uuid, jobs integer, van_jobs integer, box_jobs integer, large_jobs integer)
$$
"""

# What one company has taken that touches [since, until], or ends far away after `far_since`; by indexes of the company's,
# so that it is read as fast whatever others have. Few reservations are long and few end far away: they have an index of
# their own, so that of all others two days are read and not thirty. A long one may be told twice.
TAKEN_BY = """
CREATE FUNCTION app.taken_by(org_id uuid, since timestamptz, far_since timestamptz, until timestamptz)
RETURNS TABLE (resource_id uuid, source_id uuid, starts_at timestamptz, ends_at timestamptz, held_until timestamptz,
    is_far boolean, first_lat double precision, first_lng double precision, last_lat double precision,
    last_lng double precision)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT v.resource_id, v.source_id, v.starts_at, v.ends_at, v.held_until, v.is_far,
        v.first_lat, v.first_lng, v.last_lat, v.last_lng
    FROM app.reservations AS v
    WHERE v.org_id = $1 AND v.active AND v.ends_at > $2 AND v.starts_at > $2 - interval '2 days' AND v.starts_at < $4
    UNION ALL
    SELECT v.resource_id, v.source_id, v.starts_at, v.ends_at, v.held_until, v.is_far,
        v.first_lat, v.first_lng, v.last_lat, v.last_lng
    FROM app.reservations AS v
    WHERE v.org_id = $1 AND v.active AND (v.is_far OR v.ends_at - v.starts_at > interval '2 days')
        AND v.ends_at > $3 AND (v.is_far OR v.ends_at > $2)
        AND v.starts_at > $3 - interval '30 days' AND v.starts_at < $4
$$
"""

# As app/modules/calendar/rules/limits.py has them: sizes of truck, of a branch or of all (null), of which no more can
# be had, at which of the starts (as bits). A job of `length` counts on each day of the office that it touches; the
# longest of its days, on which the clocks go back, has 25 hours. What the company has taken is read first: its trucks
# are many, and most of them are free.
SOLD_OUT = """
CREATE FUNCTION app.sold_out(org_ids uuid[], lengths interval[], starts timestamptz[], as_of timestamptz)
RETURNS TABLE (org_id uuid, branch_id uuid, least_cuft integer, most_cuft integer, starts bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    WITH kept AS MATERIALIZED (
        SELECT l.org_id, b.branch_id, l.zone, a.length, k.least_cuft, k.most_cuft, k.jobs
        FROM unnest($1, $2) AS a (org_id, length)
        JOIN app.day_limits AS l ON l.org_id = a.org_id
        CROSS JOIN LATERAL (
            SELECT NULL::uuid, l.jobs, l.van_jobs, l.box_jobs, l.large_jobs
            UNION ALL SELECT * FROM app.branch_limits(l.branches)
        ) AS b (branch_id, jobs, van_jobs, box_jobs, large_jobs)
        CROSS JOIN LATERAL (VALUES (0, 2147483647, b.jobs), (0, 600, b.van_jobs), (600, 1300, b.box_jobs),
            (1300, 2147483647, b.large_jobs)) AS k (least_cuft, most_cuft, jobs)
        WHERE k.jobs IS NOT NULL),
    taken AS MATERIALIZED (
        SELECT o.org_id, v.resource_id, v.source_id, v.starts_at, v.ends_at
        FROM (SELECT DISTINCT k.org_id, k.length FROM kept AS k WHERE k.jobs > 0) AS o
        CROSS JOIN LATERAL app.taken_by(o.org_id, $3[1] - interval '25 hours', $3[1] - interval '25 hours',
            $3[cardinality($3)] + o.length + interval '25 hours') AS v
        WHERE v.first_lat IS NOT NULL AND (v.held_until IS NULL OR v.held_until > $4)),
    full_days AS MATERIALIZED (
        SELECT k.org_id, k.branch_id, k.least_cuft, k.most_cuft, day::date AS day
        FROM taken AS v
        JOIN app.resources AS t ON t.org_id = v.org_id AND t.id = v.resource_id AND t.kind = 'truck'
            AND t.retired_at IS NULL
        JOIN kept AS k ON k.org_id = v.org_id AND t.capacity_cuft >= k.least_cuft AND t.capacity_cuft < k.most_cuft
            AND (k.branch_id IS NULL OR t.branch_id = k.branch_id)
        CROSS JOIN LATERAL generate_series(date_trunc('day', v.starts_at AT TIME ZONE k.zone),
            (v.ends_at - interval '1 microsecond') AT TIME ZONE k.zone, interval '1 day') AS day
        GROUP BY k.org_id, k.branch_id, k.least_cuft, k.most_cuft, k.jobs, day
        HAVING count(DISTINCT v.source_id) >= k.jobs)
    SELECT k.org_id, k.branch_id, k.least_cuft, k.most_cuft, bit_or(1::bigint << (s.number - 1)::integer)
    FROM kept AS k CROSS JOIN unnest($3) WITH ORDINALITY AS s (starts_at, number)
    WHERE k.jobs = 0 OR EXISTS (
        SELECT 1 FROM full_days AS f
        WHERE f.org_id = k.org_id AND f.branch_id IS NOT DISTINCT FROM k.branch_id AND f.least_cuft = k.least_cuft AND f.most_cuft = k.most_cuft
            AND f.day BETWEEN (s.starts_at AT TIME ZONE k.zone)::date
                AND ((s.starts_at + k.length - interval '1 microsecond') AT TIME ZONE k.zone)::date)
    GROUP BY k.org_id, k.branch_id, k.least_cuft, k.most_cuft
$$
"""


def upgrade() -> None:
    op.create_table(
        "resources",
        sa.Column(
            "kind",
            sa.Enum(
                "truck",
                "driver",
                "helper",
                "equipment",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("capacity_cuft", sa.Integer(), nullable=False, comment="cubic feet; 0 for people"),
        sa.Column("max_weight_lb", sa.Integer(), nullable=False, comment="pounds; 0 for people"),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("usable_until", sa.Date(), nullable=True, comment="last day its papers allow; null: no limit"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: in service"),
        sa.Column(
            "turnaround_minutes",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="between two jobs, beside the drive",
        ),
        sa.Column(
            "hours_zone", sa.Text(), nullable=True, comment="IANA zone of the clock it works by; null: at any time"
        ),
        sa.Column(
            "hours_weekly",
            postgresql.INT4MULTIRANGE(),
            nullable=True,
            comment="minutes of a week and a day, from Monday; null as hours_zone",
        ),
        sa.Column(
            "hours_less",
            postgresql.INT4MULTIRANGE(),
            nullable=True,
            comment="what days that differ take away: minutes since 1970-01-05; null as hours_zone",
        ),
        sa.Column(
            "hours_more",
            postgresql.INT4MULTIRANGE(),
            nullable=True,
            comment="what they add; null as hours_zone",
        ),
        sa.Column(
            "branch_id", sa.UUID(), nullable=True, comment="of a truck: whose days it counts for; null: the company's"
        ),
        sa.Column(
            "locked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="never written: the one column whose UPDATE is granted, so that rows can be locked",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("capacity_cuft >= 0 AND max_weight_lb >= 0", name=op.f("ck_resources_capacity")),
        sa.CheckConstraint("turnaround_minutes BETWEEN 0 AND 120", name=op.f("ck_resources_turnaround")),
        sa.CheckConstraint(
            "num_nonnulls(hours_zone, hours_weekly, hours_less, hours_more) IN (0, 4)", name=op.f("ck_resources_hours")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_resources_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_resources")),
    )
    op.create_index("ix_resources_org_id_kind", "resources", ["org_id", "kind"], unique=False)
    op.create_table(
        "reservations",
        sa.Column("resource_id", sa.UUID(), nullable=False),
        sa.Column(
            "resource_kind",
            sa.Enum(
                "truck",
                "driver",
                "helper",
                "equipment",
                name="resource_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False, comment="[start, end) in UTC"),
        sa.Column(
            "starts_at",
            sa.DateTime(timezone=True),
            sa.Computed("lower(during)", persisted=True),
            nullable=False,
            comment="of `during`: leakproof, so it may use an index",
        ),
        sa.Column(
            "ends_at",
            sa.DateTime(timezone=True),
            sa.Computed("upper(during)", persisted=True),
            nullable=False,
        ),
        sa.Column(
            "kind",
            sa.Enum("booking", "time_off", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("source_id", sa.UUID(), nullable=False, comment="the booking or the time off it stands for"),
        sa.Column(
            "active",
            sa.Boolean(),
            nullable=False,
            comment="false: cancelled, expired or given back; blocks nothing",
        ),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True, comment="a hold's end; null: kept"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_lat", sa.Double(), nullable=True, comment="where the job begins, WGS 84; null: no job"),
        sa.Column("first_lng", sa.Double(), nullable=True, comment="as first_lat"),
        sa.Column("last_lat", sa.Double(), nullable=True, comment="where the job ends; null as first_lat"),
        sa.Column("last_lng", sa.Double(), nullable=True, comment="as last_lat"),
        sa.Column(
            "is_far",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="it ends out of reach of where it begins (values.LOCAL_MILES)",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(first_lat, first_lng, last_lat, last_lng) IN (0, 4)", name=op.f("ck_reservations_stops")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("org_id"), "="),
            (sa.column("resource_id"), "="),
            (sa.column("during"), "&&"),
            where=sa.text("active"),
            using="gist",
            name="ex_reservations_overlap",
        ),
        sa.CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) AND NOT lower_inf(during) AND NOT upper_inf(during) AND isfinite(lower(during)) AND isfinite(upper(during)) AND upper(during) - lower(during) BETWEEN interval '15 minutes' AND interval '30 days'",
            name=op.f("ck_reservations_window"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "resource_id"],
            ["resources.org_id", "resources.id"],
            name=op.f("fk_reservations_org_id_resource_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_reservations")),
    )
    op.create_index(
        "ix_reservations_org_id_resource_id_starts_at",
        "reservations",
        ["org_id", "resource_id", "starts_at"],
        unique=False,
    )
    op.create_index("ix_reservations_org_id_source_id", "reservations", ["org_id", "source_id"], unique=False)
    op.create_index(
        "ix_reservations_org_id_starts_at",
        "reservations",
        ["org_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("active"),
    )
    op.create_index(
        "ix_reservations_long",
        "reservations",
        ["org_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("active AND (is_far OR ends_at - starts_at > interval '2 days')"),
    )
    op.create_table(
        "shifts",
        sa.Column("resource_id", sa.UUID(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False, comment="IANA zone of the office when they were written"),
        sa.Column(
            "weekly",
            postgresql.JSONB(),
            nullable=True,
            comment="weekday, starts, ends; null: at any time",
        ),
        sa.Column(
            "exceptions",
            postgresql.JSONB(),
            nullable=False,
            comment="day, and its shifts in the place of the week's",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "resource_id"],
            ["resources.org_id", "resources.id"],
            name=op.f("fk_shifts_org_id_resource_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_shifts")),
        sa.UniqueConstraint("org_id", "resource_id", name=op.f("uq_shifts_org_id_resource_id")),
    )
    op.create_table(
        "day_limits",
        sa.Column("zone", sa.Text(), nullable=False, comment="IANA zone of the office: whose days are counted"),
        sa.Column("jobs", sa.Integer(), nullable=True, comment="in all"),
        sa.Column("van_jobs", sa.Integer(), nullable=True, comment="with a truck of less than 600 cubic feet"),
        sa.Column("box_jobs", sa.Integer(), nullable=True, comment="with one of less than 1,300"),
        sa.Column("large_jobs", sa.Integer(), nullable=True, comment="with one of more"),
        sa.Column(
            "branches",
            postgresql.JSONB(),
            server_default="[]",
            nullable=False,
            comment="branch_id, and as above with a truck of the branch",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("least(jobs, van_jobs, box_jobs, large_jobs) >= 0", name=op.f("ck_day_limits_jobs")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_day_limits_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_day_limits")),
        sa.UniqueConstraint("org_id", name=op.f("uq_day_limits_org_id")),
    )
    op.create_table(
        "calendar_rules",
        sa.Column("turnaround_minutes", sa.Integer(), nullable=False, comment="between two jobs, beside the drive"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("turnaround_minutes BETWEEN 0 AND 120", name=op.f("ck_calendar_rules_turnaround")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_calendar_rules_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_calendar_rules")),
        sa.UniqueConstraint("org_id", name=op.f("uq_calendar_rules_org_id")),
    )
    op.execute(CROW_MILES)
    op.execute(DRIVE_MINUTES)
    op.execute(WALL_MINUTES)
    op.execute(WORKS_LAID_OUT)
    op.execute(WORKS)
    op.execute(BRANCH_LIMITS)
    op.execute(TAKEN_BY)
    op.execute(SOLD_OUT)
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION app.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{function} TO {MARKET.value}")
    # The board's ways between jobs.
    op.execute(f"GRANT EXECUTE ON FUNCTION app.crow_miles, app.drive_minutes TO {MOVER.value}")
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{function}")
    for table in reversed(POLICIES):
        op.drop_table(table)
