"""Bookings and every step of their lives.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import OWN_BOOKING, OWN_COMPANY, OWN_JOBS, OWN_ROWS, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "bookings_0001"
down_revision = "market_0001"
branch_labels = None
depends_on = None

MOVER, CUSTOMER, BOOKING, STAFF, WORKER = (
    Audience.MOVER,
    Audience.CUSTOMER,
    Audience.BOOKING,
    Audience.STAFF,
    Audience.WORKER,
)
POLICIES = {
    "bookings": [
        Allow(MOVER, "select insert update", f"{OWN_COMPANY} AND {OWN_JOBS}"),
        Allow(CUSTOMER, "select", OWN_ROWS),
        # Read before the company is known: it is taken from the customer's own booking.
        Allow(BOOKING, "select", OWN_ROWS),
        Allow(BOOKING, "insert update", OWN_BOOKING),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select update", OWN_COMPANY),
    ],
    "cancellation_policies": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "booking_rules": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "door_codes": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(BOOKING, "select insert update", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        # Whoever booked on the phone is sent them.
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "no_show_disputes": [
        Allow(MOVER, "select", OWN_COMPANY),
        # What becomes of it is not the company's to write.
        Allow(
            MOVER,
            "insert",
            OWN_COMPANY,
            columns=("org_id", "id", "booking_id", "note", "disputed_by", "disputed_at"),
        ),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=("outcome", "reason", "decided_by", "decided_at")),
        # A customer's erasure clears what was written of them, and nothing else; the worker what is written after it.
        *(Allow(audience, "select", OWN_COMPANY) for audience in (BOOKING, WORKER)),
        *(Allow(audience, "update", OWN_COMPANY, columns=("note", "reason")) for audience in (BOOKING, WORKER)),
    ],
    "calendar_feeds": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "booking_steps": [
        *(Allow(audience, "select insert", OWN_COMPANY) for audience in (MOVER, BOOKING, WORKER)),
        # A customer's erasure clears what was noted, and nothing else.
        Allow(BOOKING, "update", OWN_COMPANY, columns=("note", "latitude", "longitude")),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
}

# Across companies the sweeper learns ids and nothing else; each booking is then expired as its own company.
DEAD_HOLDS = """
CREATE FUNCTION app.dead_holds(p_now timestamptz, p_limit integer)
RETURNS TABLE (org_id uuid, booking_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    SELECT b.org_id, b.id FROM app.bookings AS b
    WHERE b.hold_expires_at <= p_now ORDER BY b.hold_expires_at LIMIT p_limit
$$
"""

# By a name as one hears it, of all companies: ids and nothing else. Under row-level security no such comparison may use
# an index; here one does. Holds are not in it, so that whoever books does not wait for it: they are few, and read.
BOOKINGS_NAMED = """
CREATE FUNCTION app.bookings_named(p_pattern text, p_said text, p_most integer) RETURNS TABLE (org_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, app, pg_temp
SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT n.org_id, n.id FROM (
        SELECT b.org_id, b.id, b.created_at FROM app.bookings AS b WHERE b.hold_expires_at IS NULL
            AND (app.plain(b.contact_name) LIKE '%' || app.plain(p_pattern) || '%'
                OR app.plain(b.contact_name) % app.plain(p_said))
        UNION ALL
        SELECT b.org_id, b.id, b.created_at FROM app.bookings AS b WHERE b.hold_expires_at IS NOT NULL
            AND (app.plain(b.contact_name) LIKE '%' || app.plain(p_pattern) || '%'
                OR app.plain(b.contact_name) % app.plain(p_said))) AS n
    ORDER BY n.created_at DESC, n.id LIMIT p_most
$$
"""

# Of a customer who has proved no phone number, the truck-hours that they have of a company, of jobs that start between,
# and those that all such customers have; null of one who has proved one. No session of theirs sees the others.
UNPROVEN_HOURS = """
CREATE FUNCTION app.unproven_hours(
    p_org_id uuid, p_customer_id uuid, p_since timestamptz, p_until timestamptz, p_now timestamptz, p_besides uuid
) RETURNS double precision[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    SELECT ARRAY[had.own, had.together] FROM app.customers AS me CROSS JOIN LATERAL (
        SELECT coalesce(sum(one.hours) FILTER (WHERE one.customer_id = me.id), 0) AS own,
            coalesce(sum(one.hours), 0) AS together
        FROM (
            SELECT b.customer_id,
                (extract(epoch FROM b.ends_at - b.starts_at) / 3600 * cardinality(b.truck_ids))::float8 AS hours
            FROM app.bookings AS b JOIN app.customers AS c ON c.id = b.customer_id
            WHERE b.org_id = p_org_id AND c.phone_index IS NULL AND b.starts_at BETWEEN p_since AND p_until
                AND b.status NOT IN ('completed', 'cancelled', 'expired', 'no_show')
                AND (b.hold_expires_at IS NULL OR b.hold_expires_at > p_now)
                AND b.id IS DISTINCT FROM p_besides) AS one) AS had
    WHERE me.id = p_customer_id AND me.phone_index IS NULL
$$
"""
DEFINERS = (
    ("dead_holds", DEAD_HOLDS, (WORKER,)),
    ("bookings_named", BOOKINGS_NAMED, (STAFF,)),
    # Whoever has a link moves a booking in the company's session.
    ("unproven_hours", UNPROVEN_HOURS, (BOOKING, MOVER)),
)


def upgrade() -> None:
    op.create_table(
        "bookings",
        sa.Column("reference", sa.Text(), nullable=False, comment="short, for people on the phone"),
        sa.Column(
            "status",
            sa.Enum(
                "held",
                "confirmed",
                "assigned",
                "en_route",
                "arrived",
                "loading",
                "in_transit",
                "unloading",
                "completed",
                "cancelled",
                "expired",
                "no_show",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="null: booked by hand for somebody on the phone"),
        sa.Column("quote_id", sa.UUID(), nullable=True, comment="null: booked by hand"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "arrives_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the end of the arrival window, which begins at starts_at; null: no window",
        ),
        sa.Column(
            "planned_arrival_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when in that window the crew is to come, which alone is kept for it; null: all of it is",
        ),
        sa.Column(
            "time_told_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the company last told the customer another hour to be there; null: not since they chose",
        ),
        sa.Column("pickup_zone", sa.Text(), nullable=False, comment="IANA zone of the pickup"),
        sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("destination", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False, comment="whom the crew calls"),
        sa.Column(
            "sealed_contact",
            sa.LargeBinary(),
            nullable=True,
            comment="their phone and email as JSON, sealed for this row; null: erased",
        ),
        sa.Column(
            "phone_index",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed hash of the contact's number; null: erased",
        ),
        sa.Column(
            "email_index",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed hash of the contact's address; null: none, or erased",
        ),
        sa.Column("crew_size", sa.Integer(), nullable=False),
        sa.Column(
            "truck_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="as assigned last; what is taken, and when, stands in reservations",
        ),
        sa.Column(
            "driver_ids",
            postgresql.ARRAY(sa.UUID()),
            nullable=False,
            comment="as truck_ids: drivers and helpers",
        ),
        sa.Column(
            "equipment_ids",
            postgresql.ARRAY(sa.UUID()),
            server_default="{}",
            nullable=False,
            comment="as truck_ids: pieces with a calendar of their own",
        ),
        sa.Column("volume_cuft", sa.Integer(), nullable=True, comment="null: not estimated"),
        sa.Column("weight_lb", sa.Integer(), nullable=True, comment="null: not estimated"),
        sa.Column(
            "skills",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="each of somebody in the crew",
        ),
        sa.Column(
            "truck_features",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="all of each truck",
        ),
        sa.Column("distance_miles", sa.Numeric(precision=8, scale=1), nullable=True, comment="null: not routed"),
        sa.Column(
            "job",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the engine's inputs; null: the price was agreed by hand",
        ),
        sa.Column("pricing_config_id", sa.UUID(), nullable=True, comment="null: the price was agreed by hand"),
        sa.Column(
            "price",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="lines and total as promised",
        ),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True, comment="null: not a hold any more"),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellation_reason", sa.Text(), nullable=True),
        sa.Column(
            "legs",
            postgresql.JSONB(),
            nullable=True,
            comment="parts of a move of several days: kind, window, trucks, people, equipment; null: one piece",
        ),
        sa.Column(
            "cancellation_terms",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the company's policy as it was when held",
        ),
        sa.Column(
            "ended_by",
            sa.Enum("customer", "company", name="ended_by", native_enum=False, create_constraint=True, length=40),
            nullable=True,
            comment="whose doing a cancellation or a no-show was; null: neither",
        ),
        sa.Column(
            "cancellation_fee",
            sa.Numeric(precision=12, scale=2),
            nullable=True,
            comment="of the deposit; null: neither, 0 is a fee of zero",
        ),
        sa.Column(
            "cancellation_refund",
            sa.Numeric(precision=12, scale=2),
            nullable=True,
            comment="the rest of the deposit; null as the fee",
        ),
        sa.Column(
            "covers_replacement",
            sa.Boolean(),
            nullable=True,
            comment="whether the company bears what another mover costs more; null as the fee",
        ),
        sa.Column(
            "discounts_used",
            postgresql.ARRAY(sa.Text()),
            server_default="{}",
            nullable=False,
            comment="codes whose uses are counted for it; none: never confirmed, or called off free",
        ),
        sa.Column(
            "link_issue",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="which of the links given out is good: those before are withdrawn",
        ),
        sa.Column(
            "reschedule_issue",
            sa.Integer(),
            server_default=sa.text("1"),
            nullable=False,
            comment="as link_issue, of the links that give it another time",
        ),
        sa.Column("asks_door_codes", sa.Boolean(), nullable=False, comment="as the company's rule was when held"),
        sa.Column(
            "actuals",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="hours, miles and extras as worked; null: not done",
        ),
        sa.Column(
            "final_price",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="priced on the actuals; null: not done",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", name=op.f("ck_bookings_hold")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_bookings_window")),
        sa.CheckConstraint("arrives_until > starts_at AND arrives_until < ends_at", name=op.f("ck_bookings_arrival")),
        sa.CheckConstraint(
            "planned_arrival_at IS NULL OR (arrives_until IS NOT NULL "
            "AND planned_arrival_at BETWEEN starts_at AND arrives_until)",
            name=op.f("ck_bookings_planned_arrival"),
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_bookings_total")),
        sa.CheckConstraint(
            "num_nonnulls(ended_by, cancellation_fee, cancellation_refund, covers_replacement) IN (0, 4) "
            "AND (ended_by IS NULL OR status IN ('cancelled', 'no_show')) "
            "AND cancellation_fee >= 0 AND cancellation_refund >= 0",
            name=op.f("ck_bookings_settled"),
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_bookings_customer_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "pricing_config_id"],
            ["pricing_configs.org_id", "pricing_configs.id"],
            name=op.f("fk_bookings_org_id_pricing_config_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "quote_id"], ["quotes.org_id", "quotes.id"], name=op.f("fk_bookings_org_id_quote_id")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_bookings_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("org_id", "reference", name=op.f("uq_bookings_org_id_reference")),
    )
    op.create_index(
        "ix_bookings_customer_id_starts_at_id", "bookings", ["customer_id", "starts_at", "id"], unique=False
    )
    op.create_index(
        "ix_bookings_hold_expires_at",
        "bookings",
        ["hold_expires_at"],
        unique=False,
        postgresql_where=sa.text("hold_expires_at IS NOT NULL"),
    )
    for column in ("phone_index", "email_index"):
        op.create_index(f"ix_bookings_{column}", "bookings", [column], unique=False, postgresql_using="hash")
    op.create_index(
        "ix_bookings_contact_name",
        "bookings",
        [sa.text("app.plain(contact_name) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("hold_expires_at IS NULL"),
    )
    op.create_index("ix_bookings_org_id_pricing_config_id", "bookings", ["org_id", "pricing_config_id"], unique=False)
    op.create_index("ix_bookings_org_id_quote_id", "bookings", ["org_id", "quote_id"], unique=False)
    op.create_index("ix_bookings_org_id_starts_at_id", "bookings", ["org_id", "starts_at", "id"], unique=False)
    op.create_index(
        "uq_bookings_quote_id_live",
        "bookings",
        ["org_id", "quote_id"],
        unique=True,
        postgresql_where=sa.text("status NOT IN ('cancelled', 'expired', 'no_show')"),
    )
    op.create_table(
        "booking_steps",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "from_status",
            sa.Enum(
                "held",
                "confirmed",
                "assigned",
                "en_route",
                "arrived",
                "loading",
                "in_transit",
                "unloading",
                "completed",
                "cancelled",
                "expired",
                "no_show",
                name="from_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
            comment="null: the beginning",
        ),
        sa.Column(
            "to_status",
            sa.Enum(
                "held",
                "confirmed",
                "assigned",
                "en_route",
                "arrived",
                "loading",
                "in_transit",
                "unloading",
                "completed",
                "cancelled",
                "expired",
                "no_show",
                name="to_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "mover",
                "api_key",
                "customer",
                "link",
                "staff",
                "anyone",
                "system",
                name="actor_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.UUID(), nullable=True, comment="null: the program itself"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True, comment="WGS 84, of whoever reported; null: not told"),
        sa.Column("longitude", sa.Double(), nullable=True, comment="as latitude"),
        sa.Column(
            "photo_ids",
            postgresql.JSONB(),
            server_default="[]",
            nullable=False,
            comment="uploads of the company",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(latitude, longitude) IN (0, 2) "
            "AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180",
            name=op.f("ck_booking_steps_place"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"],
            ["bookings.org_id", "bookings.id"],
            name=op.f("fk_booking_steps_org_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_booking_steps")),
    )
    op.create_index(
        "ix_booking_steps_org_id_booking_id_at", "booking_steps", ["org_id", "booking_id", "at"], unique=False
    )
    op.create_table(
        "cancellation_policies",
        sa.Column(
            "kind",
            sa.Enum(
                "flexible",
                "moderate",
                "strict",
                "custom",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "steps",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="notice_hours and refund_percent, the longest first",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_cancellation_policies_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_cancellation_policies")),
        sa.UniqueConstraint("org_id", name=op.f("uq_cancellation_policies_org_id")),
    )
    op.create_table(
        "booking_rules",
        sa.Column(
            "door_codes",
            sa.Boolean(),
            nullable=False,
            comment="the customer gives a code at the pickup and one at the delivery",
        ),
        sa.Column(
            "turnaround_minutes",
            sa.Integer(),
            nullable=False,
            comment="between two jobs, beside the drive; the calendar has it",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_booking_rules_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_booking_rules")),
        sa.UniqueConstraint("org_id", name=op.f("uq_booking_rules_org_id")),
    )
    op.create_table(
        "door_codes",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column(
            "door",
            sa.Enum("pickup", "delivery", name="door", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "issue",
            sa.Integer(),
            nullable=False,
            comment="rises when new codes are made; part of what they are derived from",
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True, comment="null: not yet"),
        sa.Column(
            "waived_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="an owner or manager goes without; null: nobody does",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("attempts_left >= 0", name=op.f("ck_door_codes_attempts")),
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"], ["bookings.org_id", "bookings.id"], name=op.f("fk_door_codes_org_id_booking_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_door_codes")),
        sa.UniqueConstraint("org_id", "booking_id", "door", name=op.f("uq_door_codes_org_id_booking_id_door")),
    )
    op.create_table(
        "calendar_feeds",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.UUID(), nullable=True, comment="null: the whole company"),
        sa.Column(
            "created_by", sa.UUID(), nullable=False, comment="the member; who leaves, leaves the link to the company"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="null: it is read"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "resource_id"],
            ["resources.org_id", "resources.id"],
            name=op.f("fk_calendar_feeds_org_id_resource_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_calendar_feeds_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_calendar_feeds")),
    )
    op.create_index("ix_calendar_feeds_org_id_resource_id", "calendar_feeds", ["org_id", "resource_id"], unique=False)
    op.create_table(
        "no_show_disputes",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column(
            "note",
            sa.Text(),
            nullable=True,
            comment="the company's word; null: erased with the customer, once it is decided",
        ),
        sa.Column("disputed_by", sa.UUID(), nullable=False, comment="the member"),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("accepted", "rejected", name="outcome", native_enum=False, create_constraint=True, length=40),
            nullable=True,
            comment="null: it waits for staff",
        ),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="the staff's, both sides read it; null: none yet, or erased"
        ),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="of the staff; null as the outcome"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="null as the outcome"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(outcome, decided_by, decided_at) IN (0, 3)", name=op.f("ck_no_show_disputes_decided")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"],
            ["bookings.org_id", "bookings.id"],
            name=op.f("fk_no_show_disputes_org_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_no_show_disputes")),
        sa.UniqueConstraint("org_id", "booking_id", name=op.f("uq_no_show_disputes_org_id_booking_id")),
    )
    op.create_index("ix_no_show_disputes_id", "no_show_disputes", ["id"])
    op.create_index(
        "ix_no_show_disputes_disputed_at_id",
        "no_show_disputes",
        ["disputed_at", "id"],
        postgresql_where=sa.text("outcome IS NULL"),
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(
        "CREATE TRIGGER bookings_refuse_erased_customer AFTER INSERT ON app.bookings FOR EACH ROW "
        f"WHEN (current_user = '{BOOKING.value}') EXECUTE FUNCTION app.refuse_erased_customer()"
    )
    # FORCE blinds the owner too: the definer functions see what this policy shows them.
    op.execute("CREATE POLICY bookings_owner ON app.bookings FOR SELECT TO movehub_owner USING (true)")
    for function, text, audiences in DEFINERS:
        op.execute(text)
        op.execute(f"REVOKE ALL ON FUNCTION app.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{function} TO {', '.join(one.value for one in audiences)}")


def downgrade() -> None:
    for function, *_ in reversed(DEFINERS):
        op.execute(f"DROP FUNCTION app.{function}")
    for table in reversed(POLICIES):
        op.drop_table(table)
