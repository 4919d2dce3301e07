"""Insurance papers and requests to be verified.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db.rls import EVERY_ROW, OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "verification_0001"
down_revision = "pricing_0001"
branch_labels = None
depends_on = None

MOVER, BOOKING, MARKET, STAFF, WORKER = (
    Audience.MOVER,
    Audience.BOOKING,
    Audience.MARKET,
    Audience.STAFF,
    Audience.WORKER,
)
KINDS_AND_DATES = ("org_id", "id", "kind", "effective_on", "expires_on")
POLICIES = {
    "insurance_policies": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=KINDS_AND_DATES),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "verification_cases": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(STAFF, "select update", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "company_suspensions": [
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(STAFF, "select insert", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=("lifted_by", "lifted_at")),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
}


def upgrade() -> None:
    op.create_table(
        "insurance_policies",
        sa.Column(
            "kind",
            sa.Enum(
                "cargo",
                "liability",
                "workers_comp",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("insurer", sa.Text(), nullable=False),
        sa.Column("policy_number", sa.Text(), nullable=False),
        sa.Column("coverage_amount", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("coverage_currency", sa.CHAR(length=3), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="first day of cover"),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="last day of cover"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("coverage_amount > 0", name=op.f("ck_insurance_policies_coverage_amount")),
        sa.CheckConstraint("expires_on > effective_on", name=op.f("ck_insurance_policies_period")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_insurance_policies_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_insurance_policies")),
        sa.UniqueConstraint("org_id", "policy_number", name=op.f("uq_insurance_policies_org_id_policy_number")),
    )
    op.create_table(
        "verification_cases",
        sa.Column(
            "status",
            sa.Enum(
                "submitted",
                "approved",
                "rejected",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("submitted_by", sa.UUID(), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True, comment="staff; null: not decided"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True, comment="null: not decided"),
        sa.Column("reason", sa.Text(), nullable=True, comment="of a rejection"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_verification_cases_decided_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_verification_cases_org_id")),
        sa.ForeignKeyConstraint(["submitted_by"], ["users.id"], name=op.f("fk_verification_cases_submitted_by")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_verification_cases")),
        sa.UniqueConstraint("id", name=op.f("uq_verification_cases_id")),
    )
    op.create_index(op.f("ix_verification_cases_decided_by"), "verification_cases", ["decided_by"], unique=False)
    op.create_index(
        "ix_verification_cases_status_created_at",
        "verification_cases",
        ["status", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_verification_cases_submitted_by"), "verification_cases", ["submitted_by"], unique=False)
    op.create_index(
        "uq_verification_cases_org_id_open",
        "verification_cases",
        ["org_id"],
        unique=True,
        postgresql_where=sa.text("status = 'submitted'"),
    )
    _create_suspensions()
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)


def _create_suspensions() -> None:
    op.create_table(
        "company_suspensions",
        sa.Column("reason", sa.Text(), nullable=False, comment="as staff told the company"),
        sa.Column("suspended_by", sa.UUID(), nullable=False, comment="staff"),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.UUID(), nullable=True, comment="staff; null: still suspended"),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True, comment="null: still suspended"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_company_suspensions_lifted")),
        sa.ForeignKeyConstraint(["lifted_by"], ["users.id"], name=op.f("fk_company_suspensions_lifted_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_company_suspensions_org_id")),
        sa.ForeignKeyConstraint(["suspended_by"], ["users.id"], name=op.f("fk_company_suspensions_suspended_by")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_company_suspensions")),
    )
    for column in ("lifted_by", "suspended_by"):
        op.create_index(op.f(f"ix_company_suspensions_{column}"), "company_suspensions", [column])
    op.create_index(
        "uq_company_suspensions_org_id_open",
        "company_suspensions",
        ["org_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table)
