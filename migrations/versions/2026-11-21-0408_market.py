"""Quotes: pinned prices.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import OWN_BOOKING, OWN_COMPANY, OWN_ROWS, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "market_0001"
down_revision = "verification_0001"
branch_labels = None
depends_on = None

MOVER, CUSTOMER, BOOKING, STAFF = Audience.MOVER, Audience.CUSTOMER, Audience.BOOKING, Audience.STAFF
POLICIES = {
    "quotes": [
        Allow(MOVER, "select", OWN_COMPANY),
        # The office confirms for a customer who calls.
        Allow(MOVER, "update", OWN_COMPANY, columns=("status", "booking_id")),
        Allow(CUSTOMER, "select", OWN_ROWS),
        # Read before the company is known: it is taken from the customer's own quote.
        Allow(BOOKING, "select", OWN_ROWS),
        Allow(BOOKING, "insert update", OWN_BOOKING),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
}


def upgrade() -> None:
    op.create_table(
        "quotes",
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("open", "booked", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("booking_id", sa.UUID(), nullable=True, comment="the last that was confirmed of it; null: none"),
        sa.Column("pricing_config_id", sa.UUID(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "arrives_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the end of the arrival window, which begins at starts_at; null: no window",
        ),
        sa.Column("pickup_zone", sa.Text(), nullable=False, comment="IANA zone of the pickup, pinned"),
        sa.Column("origin", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("destination", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("crew_size", sa.Integer(), nullable=False),
        sa.Column("volume_cuft", sa.Integer(), nullable=False),
        sa.Column("weight_lb", sa.Integer(), nullable=False),
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
        sa.Column(
            "legs",
            postgresql.JSONB(),
            nullable=True,
            comment="its parts, of a job longer than a working day: kind and window; null: one",
        ),
        sa.Column("distance_miles", sa.Numeric(precision=8, scale=1), nullable=False),
        sa.Column(
            "duration_hours",
            sa.Numeric(precision=6, scale=2),
            nullable=False,
            comment="hours of labour the price is for",
        ),
        sa.Column(
            "job",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="the engine's inputs: replaying them gives the same cents",
        ),
        sa.Column(
            "price",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="lines and total as priced",
        ),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("(status = 'booked') = (booking_id IS NOT NULL)", name=op.f("ck_quotes_booked")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_quotes_window")),
        sa.CheckConstraint("arrives_until > starts_at AND arrives_until < ends_at", name=op.f("ck_quotes_arrival")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_quotes_customer_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "pricing_config_id"],
            ["pricing_configs.org_id", "pricing_configs.id"],
            name=op.f("fk_quotes_org_id_pricing_config_id"),
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_quotes_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_quotes")),
    )
    op.create_index("ix_quotes_customer_id_created_at", "quotes", ["customer_id", "created_at"], unique=False)
    op.create_index("ix_quotes_id", "quotes", ["id"], unique=False)
    op.create_index("ix_quotes_org_id_pricing_config_id", "quotes", ["org_id", "pricing_config_id"], unique=False)
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(
        "CREATE TRIGGER quotes_refuse_erased_customer AFTER INSERT ON app.quotes FOR EACH ROW "
        f"WHEN (current_user = '{BOOKING.value}') EXECUTE FUNCTION app.refuse_erased_customer()"
    )


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table)
