"""Invoices that nobody can change, numbered without gaps.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import OWN_COMPANY, OWN_ROWS, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "invoices_0001"
down_revision = "bookings_0001"
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
    "invoices": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        *(Allow(audience, "select", OWN_ROWS) for audience in (CUSTOMER, BOOKING)),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    "invoice_counters": [Allow(MOVER, "select insert update", OWN_COMPANY)],
    "invoice_parties": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        *(Allow(audience, "select", OWN_ROWS) for audience in (CUSTOMER, BOOKING)),
        Allow(WORKER, "select", OWN_COMPANY),
        # Forgotten after the law's term, and sealed anew after a change of the key.
        Allow(WORKER, "update", OWN_COMPANY, columns=("sealed_parties", "forgotten_at")),
    ],
}

IMMUTABLE = """
CREATE FUNCTION app.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, app, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an issued invoice never changes; write a credit note' USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("number", sa.Text(), nullable=False, comment="gapless within company and year"),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="null: booked by hand"),
        sa.Column(
            "status",
            sa.Enum("issued", name="status", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="local date of the company"),
        sa.Column(
            "document",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="seller, move and lines as printed, a pseudonym for the buyer",
        ),
        sa.Column("subtotal", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("tax", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("total", sa.Numeric(precision=12, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False, comment="of the canonical JSON of the document"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("total = subtotal + tax", name=op.f("ck_invoices_total")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_invoices_customer_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "booking_id"],
            ["bookings.org_id", "bookings.id"],
            name=op.f("fk_invoices_org_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("org_id", "booking_id", name=op.f("uq_invoices_org_id_booking_id")),
        sa.UniqueConstraint("org_id", "number", name=op.f("uq_invoices_org_id_number")),
    )
    op.create_index(
        "ix_invoices_customer_id_issued_at_id", "invoices", ["customer_id", "issued_at", "id"], unique=False
    )
    op.create_index("ix_invoices_org_id_issued_at_id", "invoices", ["org_id", "issued_at", "id"], unique=False)
    op.create_table(
        "invoice_counters",
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False, comment="the year"),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_invoice_counters_org_id")),
        sa.PrimaryKeyConstraint("org_id", "series", name=op.f("pk_invoice_counters")),
    )
    create_parties()
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(IMMUTABLE)
    op.execute(
        "CREATE TRIGGER invoices_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON app.invoices "
        "FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER invoice_parties_stay BEFORE DELETE OR TRUNCATE ON app.invoice_parties "
        "FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()"
    )


def create_parties() -> None:
    op.create_table(
        "invoice_parties",
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="as the invoice's"),
        sa.Column(
            "sealed_parties",
            sa.LargeBinary(),
            nullable=True,
            comment="buyer and lines of both addresses as JSON, sealed for this row; null: forgotten",
        ),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True, comment="null: kept"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(sealed_parties IS NULL) = (forgotten_at IS NOT NULL)", name=op.f("ck_invoice_parties_forgotten")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_invoice_parties_customer_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "id"], ["invoices.org_id", "invoices.id"], name=op.f("fk_invoice_parties_org_id_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_invoice_parties")),
    )
    op.create_index(op.f("ix_invoice_parties_customer_id"), "invoice_parties", ["customer_id"], unique=False)


def downgrade() -> None:
    op.execute("DROP TRIGGER invoice_parties_stay ON app.invoice_parties")
    op.execute("DROP TRIGGER invoices_immutable ON app.invoices")
    op.execute("DROP FUNCTION app.refuse_change")
    for table in reversed(POLICIES):
        op.drop_table(table)
