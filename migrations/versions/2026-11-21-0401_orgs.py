"""Companies and where they pick up.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import (
    CURRENT_CUSTOMER,
    CURRENT_ORG,
    EVERY_ROW,
    OWN_COMPANY,
    SIGNED_IN_STAFF,
    Allow,
    secure,
)
from app.runtime.db.tenancy import Audience

revision = "orgs_0001"
down_revision = "platform_0001"
branch_labels = None
depends_on = None

MOVER, CUSTOMER, BOOKING, MARKET, SIGNIN, STAFF, WORKER = (
    Audience.MOVER,
    Audience.CUSTOMER,
    Audience.BOOKING,
    Audience.MARKET,
    Audience.SIGNIN,
    Audience.STAFF,
    Audience.WORKER,
)
THIS_COMPANY = f"id = {CURRENT_ORG}"
PUBLIC_PROFILE = (
    "id",
    "name",
    "status",
    "timezone",
    "usdot_number",
    "city",
    "state",
    "location",
    "rating_average",
    "rating_count",
)
# What the market asks beside the profile: for when a company takes jobs, and for where.
# What a company kept of what it promised: counted by the worker.
COUNTED = ("kept_count", "cancelled_count", "missed_count", "called_off_count", "counted_at")
ASKED_BY_MARKET = (
    *PUBLIC_PROFILE,
    "lead_time_hours",
    "requires_both_ends",
    "business_hours",
    "arrival_window_minutes",
    *COUNTED,
)
SEEN_BY_CUSTOMERS = (*PUBLIC_PROFILE, "phone")
POLICIES = {
    "organizations": [
        Allow(MOVER, "select update", THIS_COMPANY),
        Allow(CUSTOMER, "select", f"{CURRENT_CUSTOMER} IS NOT NULL", columns=SEEN_BY_CUSTOMERS),
        Allow(BOOKING, "select", THIS_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=ASKED_BY_MARKET),
        Allow(SIGNIN, "select insert", THIS_COMPANY),
        Allow(STAFF, "select update", SIGNED_IN_STAFF),
        Allow(WORKER, "select", THIS_COMPANY),
        Allow(WORKER, "update", THIS_COMPANY, columns=("status", "version", "updated_at", *COUNTED)),
    ],
    "service_areas": [
        Allow(MOVER, "select insert update delete", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW),
        Allow(SIGNIN, "insert", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "branches": [Allow(MOVER, "select insert update", OWN_COMPANY), Allow(STAFF, "select", SIGNED_IN_STAFF)],
    "company_days_off": [
        Allow(MOVER, "select insert delete", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=("org_id", "day")),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
}


def upgrade() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False, comment="E.164"),
        sa.Column("timezone", sa.Text(), nullable=False, comment="IANA zone of the company's office"),
        sa.Column("usdot_number", sa.Text(), nullable=True, comment="printed on every paper; null: none given"),
        sa.Column(
            "told_usdot_number",
            sa.Text(),
            nullable=True,
            comment="told since it was asked to be verified; printed nowhere; null: none",
        ),
        sa.Column("told_usdot_at", sa.DateTime(timezone=True), nullable=True, comment="null as told_usdot_number"),
        sa.Column(
            "told_usdot_refusal",
            sa.Text(),
            nullable=True,
            comment="why staff refused it; null: they have yet to look",
        ),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "submitted",
                "in_review",
                "verified",
                "rejected",
                "suspended",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="a located place"),
        sa.Column("city", sa.Text(), nullable=False, comment="of the address, for the public profile"),
        sa.Column("state", sa.Text(), nullable=False, comment="of the address, for the public profile"),
        sa.Column(
            "location",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column(
            "rating_average",
            sa.Numeric(precision=3, scale=2),
            nullable=True,
            comment="1 to 5; null: not rated yet",
        ),
        sa.Column("rating_count", sa.Integer(), nullable=False),
        sa.Column(
            "lead_time_hours",
            sa.Integer(),
            nullable=False,
            comment="between a customer's booking and the job's start, at least",
        ),
        sa.Column(
            "requires_both_ends", sa.Boolean(), nullable=False, comment="a service area must hold the destination too"
        ),
        sa.Column(
            "business_hours",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="when jobs start, by weekday and the office's clock; null: always",
        ),
        sa.Column(
            "arrival_window_minutes",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="so long after a job's start the crew may arrive; 0: at its start",
        ),
        *(
            sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False, comment=comment)
            for name, comment in (
                ("kept_count", "customers' jobs of the market in the last 12 months that it did"),
                ("cancelled_count", "such jobs that it cancelled"),
                ("missed_count", "such jobs it did not come to"),
                ("called_off_count", "such jobs that it cancelled for a customer who called"),
            )
        ),
        sa.Column(
            "counted_at", sa.DateTime(timezone=True), nullable=True, comment="when these four were; null: not yet"
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rating_average BETWEEN 1 AND 5", name=op.f("ck_organizations_rating_average")),
        sa.CheckConstraint(
            "arrival_window_minutes BETWEEN 0 AND 240", name=op.f("ck_organizations_arrival_window_minutes")
        ),
        sa.CheckConstraint("lead_time_hours BETWEEN 0 AND 720", name=op.f("ck_organizations_lead_time_hours")),
        sa.CheckConstraint(
            "(told_usdot_number IS NULL) = (told_usdot_at IS NULL)", name=op.f("ck_organizations_told_usdot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_index(
        "ix_organizations_told_usdot_at",
        "organizations",
        ["told_usdot_at", "id"],
        postgresql_where=sa.text("told_usdot_number IS NOT NULL AND told_usdot_refusal IS NULL"),
    )
    op.create_table(
        "service_areas",
        sa.Column(
            "kind",
            sa.Enum("radius", "polygon", name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column(
            "center",
            Geography(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
            ),
            nullable=True,
            comment="null: a polygon",
        ),
        sa.Column("radius_miles", sa.Numeric(precision=6, scale=1), nullable=True, comment="null: a polygon"),
        sa.Column(
            "area",
            Geography(
                geometry_type="POLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeogFromText",
                name="geography",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("radius_miles > 0 AND radius_miles <= 500", name=op.f("ck_service_areas_radius_miles")),
        sa.CheckConstraint(
            "num_nonnulls(center, radius_miles) = CASE kind WHEN 'radius' THEN 2 ELSE 0 END",
            name=op.f("ck_service_areas_circle"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_service_areas_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_service_areas")),
    )
    op.create_index("ix_service_areas_area", "service_areas", ["area"], unique=False, postgresql_using="gist")
    op.create_table(
        "branches",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True, comment="E.164; null: the company's"),
        sa.Column("address", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="a located place"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="null: open"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_branches_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_branches")),
    )
    op.create_index(
        "uq_branches_org_id_name",
        "branches",
        ["org_id", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "company_days_off",
        sa.Column("day", sa.Date(), nullable=False, comment="by the office's clock"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_company_days_off_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_company_days_off")),
        sa.UniqueConstraint("org_id", "day", name=op.f("uq_company_days_off_org_id_day")),
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table)
