"""Trucks and crews; each is a resource of the calendar under the same id.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "fleet_0001"
down_revision = "calendar_0001"
branch_labels = None
depends_on = None

MOVER, STAFF = Audience.MOVER, Audience.STAFF
POLICIES = {
    "trucks": [Allow(MOVER, "select insert update", OWN_COMPANY), Allow(STAFF, "select", SIGNED_IN_STAFF)],
    "drivers": [Allow(MOVER, "select insert update", OWN_COMPANY), Allow(STAFF, "select", SIGNED_IN_STAFF)],
}


def upgrade() -> None:
    op.create_table(
        "trucks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("license_plate", sa.Text(), nullable=False),
        sa.Column("capacity_cuft", sa.Integer(), nullable=False, comment="loadable cubic feet"),
        sa.Column("max_weight_lb", sa.Integer(), nullable=False, comment="payload, pounds"),
        sa.Column(
            "base",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="a located place: where it stands at night",
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: in service"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity_cuft > 0 AND max_weight_lb > 0", name=op.f("ck_trucks_capacity")),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["resources.org_id", "resources.id"], name=op.f("fk_trucks_org_id_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_trucks")),
    )
    op.create_table(
        "drivers",
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False, comment="E.164"),
        sa.Column(
            "role",
            sa.Enum("driver", "helper", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("license_number", sa.Text(), nullable=True, comment="drivers only"),
        sa.Column("license_class", sa.Text(), nullable=True, comment="drivers only"),
        sa.Column("license_expires_on", sa.Date(), nullable=True, comment="drivers only; the last day it is valid"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: in service"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(role = 'driver') = (license_number IS NOT NULL) AND (role = 'driver') = (license_class IS NOT NULL) AND (role = 'driver') = (license_expires_on IS NOT NULL)",
            name=op.f("ck_drivers_license"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["resources.org_id", "resources.id"], name=op.f("fk_drivers_org_id_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_drivers")),
    )
    for table, column in (("trucks", "license_plate"), ("drivers", "license_number")):
        op.create_index(
            f"uq_{table}_org_id_{column}",
            table,
            ["org_id", column],
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
        )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table)
