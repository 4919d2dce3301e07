"""Trucks and crews; each is a resource of the calendar under the same id.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "fleet_0001"
down_revision = "calendar_0001"
branch_labels = None
depends_on = None

MOVER, SIGNIN, STAFF, WORKER = Audience.MOVER, Audience.SIGNIN, Audience.STAFF, Audience.WORKER
# Who of the crew is invited: written where invitations are.
INVITED = ("org_id", "id", "user_id", "invitation_id", "retired_at", "version", "updated_at")
POLICIES = {
    "trucks": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "drivers": [
        Allow(MOVER, "select insert update", OWN_COMPANY),
        Allow(SIGNIN, "select", OWN_COMPANY, columns=INVITED),
        Allow(SIGNIN, "update", OWN_COMPANY, columns=("invitation_id", "version", "updated_at")),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
        Allow(
            WORKER, "update", OWN_COMPANY, columns=("user_id", "invitation_id", "sealed_phone", "version", "updated_at")
        ),
    ],
    "equipment": [Allow(MOVER, "select insert update", OWN_COMPANY), Allow(STAFF, "select", SIGNED_IN_STAFF)],
    "truck_photos": [Allow(MOVER, "select insert delete", OWN_COMPANY), Allow(STAFF, "select", SIGNED_IN_STAFF)],
}


def upgrade() -> None:
    op.create_table(
        "trucks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("license_plate", sa.Text(), nullable=False),
        sa.Column("capacity_cuft", sa.Integer(), nullable=False, comment="loadable cubic feet"),
        sa.Column("max_weight_lb", sa.Integer(), nullable=False, comment="payload, pounds"),
        sa.Column("body_length_ft", sa.Integer(), nullable=True, comment="of the loading space, feet; null: not told"),
        sa.Column("has_lift_gate", sa.Boolean(), nullable=False),
        sa.Column("features", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True, comment="null: the company's office"),
        sa.Column(
            "base",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="a located place: where it stands at night",
        ),
        sa.Column(
            "location",
            Geography("POINT", srid=4326, spatial_index=False),
            nullable=True,
            comment="where it was seen last; null: never",
        ),
        sa.Column(
            "located_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when that was, by the clock of who told it",
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: in service"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity_cuft > 0 AND max_weight_lb > 0", name=op.f("ck_trucks_capacity")),
        sa.CheckConstraint("body_length_ft > 0", name=op.f("ck_trucks_body_length_ft")),
        sa.CheckConstraint(
            "features <@ ARRAY['air_ride', 'climate_control', 'ramp', 'tie_down_rails']::text[]",
            name=op.f("ck_trucks_features"),
        ),
        sa.CheckConstraint("(location IS NULL) = (located_at IS NULL)", name=op.f("ck_trucks_located")),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["resources.org_id", "resources.id"], name=op.f("fk_trucks_org_id_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "branch_id"], ["branches.org_id", "branches.id"], name=op.f("fk_trucks_org_id_branch_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_trucks")),
    )
    op.create_table(
        "drivers",
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("sealed_phone", sa.LargeBinary(), nullable=False, comment="E.164, sealed for this row"),
        sa.Column(
            "role",
            sa.Enum("driver", "helper", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("user_id", sa.UUID(), nullable=True, comment="as which member they sign in; null: as none"),
        sa.Column(
            "invitation_id",
            sa.UUID(),
            nullable=True,
            comment="who accepts it signs in as this one; null: none was sent, or it was accepted",
        ),
        sa.Column("license_number", sa.Text(), nullable=True, comment="drivers only"),
        sa.Column("license_class", sa.Text(), nullable=True, comment="drivers only"),
        sa.Column("license_expires_on", sa.Date(), nullable=True, comment="drivers only; the last day it is valid"),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("branch_id", sa.UUID(), nullable=True, comment="null: the company's office"),
        sa.Column(
            "hourly_cost",
            sa.Numeric(precision=12, scale=2),
            nullable=True,
            comment="what an hour costs the company; null: not told",
        ),
        sa.Column("hourly_cost_currency", sa.CHAR(length=3), nullable=True),
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
        sa.CheckConstraint(
            "skills <@ ARRAY['cdl', 'crating', 'fine_art', 'forklift', 'packing', 'piano', 'safes']::text[]",
            name=op.f("ck_drivers_skills"),
        ),
        sa.CheckConstraint(
            "hourly_cost >= 0 AND (hourly_cost IS NULL) = (hourly_cost_currency IS NULL)",
            name=op.f("ck_drivers_hourly_cost"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["resources.org_id", "resources.id"], name=op.f("fk_drivers_org_id_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "user_id"],
            ["members.org_id", "members.user_id"],
            name=op.f("fk_drivers_org_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "invitation_id"],
            ["invitations.org_id", "invitations.id"],
            name=op.f("fk_drivers_org_id_invitation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "branch_id"], ["branches.org_id", "branches.id"], name=op.f("fk_drivers_org_id_branch_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_drivers")),
        sa.UniqueConstraint("org_id", "user_id", name=op.f("uq_drivers_org_id_user_id")),
        sa.UniqueConstraint("org_id", "invitation_id", name=op.f("uq_drivers_org_id_invitation_id")),
    )
    op.create_table(
        "truck_photos",
        sa.Column("truck_id", sa.UUID(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "truck_id"], ["trucks.org_id", "trucks.id"], name=op.f("fk_truck_photos_org_id_truck_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["uploads.org_id", "uploads.id"], name=op.f("fk_truck_photos_org_id_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_truck_photos")),
    )
    op.create_index("ix_truck_photos_org_id_truck_id", "truck_photos", ["org_id", "truck_id"])
    op.create_table(
        "equipment",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "box",
                "dolly",
                "lift",
                "pad",
                "stair_climber",
                "strap",
                "tool",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stock", sa.Integer(), nullable=False, comment="how many there are, in use or not"),
        sa.Column(
            "is_piece",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="one thing, taken as trucks are",
        ),
        sa.Column("branch_id", sa.UUID(), nullable=True, comment="null: the company's office"),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True, comment="null: in use"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stock >= 0 AND (stock = 1 OR NOT is_piece)", name=op.f("ck_equipment_stock")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_equipment_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "branch_id"], ["branches.org_id", "branches.id"], name=op.f("fk_equipment_org_id_branch_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_equipment")),
    )
    for table in ("trucks", "drivers", "equipment"):
        op.create_index(f"ix_{table}_org_id_branch_id", table, ["org_id", "branch_id"])
    unique = (("trucks", "license_plate"), ("drivers", "license_number"), ("equipment", "name"))
    for table, column in unique:
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
