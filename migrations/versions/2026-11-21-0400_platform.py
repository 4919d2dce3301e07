"""The platform's settings.

Why: what staff set for the whole market is not a matter of deploying.
Locks, and for how long: none that matter, the table is new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the table.
"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db.rls import CURRENT_ORG, EVERY_ROW, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "platform_0001"
down_revision = "audit_0001"
branch_labels = None
depends_on = None

POLICIES = {
    "platform_settings": [
        Allow(Audience.MOVER, "select", f"{CURRENT_ORG} IS NOT NULL", columns=("fee_percent", "fuel_index_price")),
        Allow(Audience.MARKET, "select", EVERY_ROW, columns=("fuel_index_price",)),
        Allow(Audience.STAFF, "select update", SIGNED_IN_STAFF),
    ],
}


def upgrade() -> None:
    op.create_table(
        "platform_settings",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False, comment="1: the one row"),
        sa.Column(
            "fee_percent", sa.Numeric(precision=5, scale=2), nullable=False, comment="of a job's price, inside it"
        ),
        sa.Column("four_eyes", sa.Boolean(), nullable=False, comment="two of the staff approve a company"),
        sa.Column("claim_minutes", sa.Integer(), nullable=False, comment="how long a reviewer keeps a case"),
        sa.Column(
            "fuel_index_price",
            sa.Numeric(precision=6, scale=3),
            nullable=True,
            comment="US dollars a gallon, for jobs priced from now on; null: not told",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_platform_settings_one_row")),
        sa.CheckConstraint("fee_percent BETWEEN 0 AND 100", name=op.f("ck_platform_settings_fee_percent")),
        sa.CheckConstraint("fuel_index_price >= 0", name=op.f("ck_platform_settings_fuel_index_price")),
        sa.CheckConstraint("claim_minutes BETWEEN 1 AND 1440", name=op.f("ck_platform_settings_claim_minutes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_settings")),
    )
    op.execute("INSERT INTO app.platform_settings VALUES (1, 0, false, 60, NULL, 1, now(), now())")
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(POLICIES):
        op.drop_table(table)
