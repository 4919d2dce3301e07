"""Price lists, one row a version; completed jobs, as they were worked.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import EVERY_ROW, OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "pricing_0001"
down_revision = "fleet_0001"
branch_labels = None
depends_on = None

MOVER, BOOKING, MARKET, STAFF, WORKER = (
    Audience.MOVER,
    Audience.BOOKING,
    Audience.MARKET,
    Audience.STAFF,
    Audience.WORKER,
)
POLICIES = {
    "pricing_configs": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(MOVER, "update", OWN_COMPANY, columns=("status", "activated_at", "retired_at", "in_force_from")),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", "status = 'active'"),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
        Allow(WORKER, "update", OWN_COMPANY, columns=("status", "activated_at", "retired_at", "in_force_from")),
    ],
    "observed_jobs": [Allow(MOVER, "select insert delete", OWN_COMPANY)],
    "own_estimators": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=("org_id", "items", "pace", "figures")),
    ],
    "discount_uses": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(MOVER, "update", OWN_COMPANY, columns=("uses",)),
        Allow(BOOKING, "select insert", OWN_COMPANY),
        Allow(BOOKING, "update", OWN_COMPANY, columns=("uses",)),
        Allow(MARKET, "select", EVERY_ROW, columns=("org_id", "code", "uses")),
    ],
}

# Across companies the worker learns ids and nothing else; each is then brought into force as its own company.
PRICE_LISTS_DUE = """
CREATE FUNCTION app.price_lists_due(p_now timestamptz, p_limit integer)
RETURNS TABLE (org_id uuid, config_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    SELECT c.org_id, c.id FROM app.pricing_configs AS c
    WHERE c.in_force_from <= p_now ORDER BY c.in_force_from, c.number LIMIT p_limit
$$
"""


def upgrade() -> None:
    op.create_table(
        "pricing_configs",
        sa.Column("number", sa.Integer(), nullable=False, comment="the version: 1, 2, 3 … within the company"),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "active",
                "retired",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "body",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the config as validated, decimals as strings",
        ),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True, comment="null: never active"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: not replaced yet"),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=True, comment="planned; null: not planned"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "in_force_from IS NULL OR status <> 'active'", name=op.f("ck_pricing_configs_in_force_from")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_pricing_configs_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pricing_configs")),
        sa.UniqueConstraint("org_id", "number", name=op.f("uq_pricing_configs_org_id_number")),
    )
    op.create_index(
        "uq_pricing_configs_org_id_active",
        "pricing_configs",
        ["org_id"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_index(
        "ix_pricing_configs_in_force_from",
        "pricing_configs",
        ["in_force_from"],
        postgresql_where=sa.text("in_force_from IS NOT NULL"),
    )
    op.create_table(
        "observed_jobs",
        sa.Column("booking_id", sa.UUID(), nullable=False, comment="once for each booking"),
        sa.Column("volume_cuft", sa.Numeric(precision=12, scale=3), nullable=False),
        sa.Column("crew_size", sa.Integer(), nullable=False),
        sa.Column(
            "prior_hours",
            sa.Numeric(precision=14, scale=4),
            nullable=False,
            comment="by the static figures, or the company's own, for this crew",
        ),
        sa.Column(
            "p50_hours", sa.Numeric(precision=14, scale=4), nullable=False, comment="by the jobs completed before"
        ),
        sa.Column("p90_hours", sa.Numeric(precision=14, scale=4), nullable=False, comment="as p50_hours"),
        sa.Column("actual_hours", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("prior_hours > 0 AND actual_hours > 0", name=op.f("ck_observed_jobs_hours")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_observed_jobs_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_observed_jobs")),
        sa.UniqueConstraint("org_id", "booking_id", name=op.f("uq_observed_jobs_org_id_booking_id")),
    )
    op.create_index("ix_observed_jobs_org_id_completed_at_id", "observed_jobs", ["org_id", "completed_at", "id"])
    op.create_table(
        "own_estimators",
        sa.Column(
            "items",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="things that are not as the catalogue has them",
        ),
        sa.Column(
            "pace",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="learnt from observed_jobs; null: too few",
        ),
        sa.Column(
            "figures",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="of the estimator that are its own, by code",
        ),
        sa.Column(
            "learning_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it last set what makes its hours; null: never, and all jobs teach",
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_own_estimators_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_own_estimators")),
        sa.UniqueConstraint("org_id", name=op.f("uq_own_estimators_org_id")),
    )
    op.create_table(
        "discount_uses",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_discount_uses_uses")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_discount_uses_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_discount_uses")),
        sa.UniqueConstraint("org_id", "code", name=op.f("uq_discount_uses_org_id_code")),
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    # FORCE blinds the owner too: the definer function sees what this policy shows it.
    op.execute(
        "CREATE POLICY pricing_configs_owner ON app.pricing_configs FOR SELECT TO movehub_owner "
        "USING (in_force_from IS NOT NULL)"
    )
    op.execute(PRICE_LISTS_DUE)
    op.execute("REVOKE ALL ON FUNCTION app.price_lists_due FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.price_lists_due TO {WORKER.value}")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.price_lists_due")
    for table in reversed(POLICIES):
        op.drop_table(table)
