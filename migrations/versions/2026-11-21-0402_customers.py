"""Customers, their one-time codes and sessions.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db.rls import CURRENT_CUSTOMER, EVERY_ROW, OWN_ROWS, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "customers_0001"
down_revision = "files_0001"
branch_labels = None
depends_on = None

CUSTOMER, BOOKING, SIGNIN, STAFF, WORKER = (
    Audience.CUSTOMER,
    Audience.BOOKING,
    Audience.SIGNIN,
    Audience.STAFF,
    Audience.WORKER,
)
POLICIES = {
    "customers": [
        Allow(CUSTOMER, "select update", f"id = {CURRENT_CUSTOMER}"),
        Allow(BOOKING, "select update", f"id = {CURRENT_CUSTOMER}"),
        Allow(SIGNIN, "select insert", EVERY_ROW),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select", EVERY_ROW),
        # Sealed anew when the key has changed.
        Allow(WORKER, "update", EVERY_ROW, columns=("sealed_phone", "sealed_email")),
    ],
    "otp_challenges": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(CUSTOMER, "select update", OWN_ROWS),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "otp_days": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        # The counts of prefixes and of all: no recipient's.
        Allow(STAFF, "select", f"{SIGNED_IN_STAFF} AND subject LIKE '+%'"),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    "customer_sessions": [
        Allow(SIGNIN, "select insert update", EVERY_ROW),
        Allow(CUSTOMER, "select update", OWN_ROWS),
        Allow(BOOKING, "select update", OWN_ROWS),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
}

# The customers' counterpart of identity's require_login_session; a session that is used slides on by itself,
# at most once a day and never in a READ ONLY transaction.
REQUIRE_CUSTOMER_SESSION = """
CREATE FUNCTION app.require_customer_session(p_session uuid, p_now timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    v_last timestamptz;
BEGIN
    SELECT s.last_used_at INTO v_last FROM app.customer_sessions AS s
        WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > p_now;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'MH401';
    END IF;
    IF v_last < p_now - interval '1 day' AND current_setting('transaction_read_only') = 'off' THEN
        UPDATE app.customer_sessions AS s
            SET last_used_at = p_now, expires_at = p_now + (s.expires_at - s.last_used_at) WHERE s.id = p_session;
    END IF;
END
$$
"""

# For triggers of tables that hold a customer's words, where customers write them: who was erased while a statement
# waited for their row gets nothing written. An AFTER trigger asks anew, once the foreign key's check has waited.
REFUSE_ERASED_CUSTOMER = """
CREATE FUNCTION app.refuse_erased_customer() RETURNS trigger
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF EXISTS (SELECT FROM app.customers AS c WHERE c.id = NEW.customer_id AND c.erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'the customer was erased' USING ERRCODE = 'MH401';
    END IF;
    RETURN NULL;
END
$$
"""

# As app.bookings_named, of those who have told their name.
CUSTOMERS_NAMED = """
CREATE FUNCTION app.customers_named(p_pattern text, p_said text, p_most integer) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, app, pg_temp
SET pg_trgm.similarity_threshold = 0.45 AS $$
    SELECT c.id FROM app.customers AS c WHERE c.full_name IS NOT NULL
        AND (app.plain(c.full_name) LIKE '%' || app.plain(p_pattern) || '%'
            OR app.plain(c.full_name) % app.plain(p_said))
    ORDER BY c.created_at DESC, c.id LIMIT p_most
$$
"""


def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column(
            "sealed_phone",
            sa.LargeBinary(),
            nullable=True,
            comment="E.164, sealed for this row; null: known by e-mail only",
        ),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True, comment="HMAC of the number, keyed with the pepper"),
        sa.Column(
            "sealed_email",
            sa.LargeBinary(),
            nullable=True,
            comment="lower case, sealed for this row; null: known by phone only",
        ),
        sa.Column("email_index", sa.LargeBinary(), nullable=True, comment="as phone_index"),
        sa.Column("full_name", sa.Text(), nullable=True, comment="null: not told yet"),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True, comment="null: not erased"),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(sealed_phone IS NULL) = (phone_index IS NULL)", name=op.f("ck_customers_phone")),
        sa.CheckConstraint("(sealed_email IS NULL) = (email_index IS NULL)", name=op.f("ck_customers_email")),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR sealed_phone IS NOT NULL OR sealed_email IS NOT NULL",
            name=op.f("ck_customers_reachable"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("email_index", name=op.f("uq_customers_email_index")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_customers_phone_index")),
    )
    op.create_index(
        "ix_customers_full_name",
        "customers",
        [sa.text("app.plain(full_name) gin_trgm_ops")],
        unique=False,
        postgresql_using="gin",
        postgresql_where=sa.text("full_name IS NOT NULL"),
    )
    op.create_table(
        "otp_challenges",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("sms", "email", name="channel", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("sealed_recipient", sa.LargeBinary(), nullable=False, comment="E.164 or lower-case e-mail, sealed"),
        sa.Column("recipient_index", sa.LargeBinary(), nullable=False, comment="as a customer's"),
        sa.Column("customer_id", sa.UUID(), nullable=True, comment="whose own it is to become; null: to sign in with"),
        sa.Column(
            "sealed_warned",
            sa.LargeBinary(),
            nullable=True,
            comment="who is told that it has become theirs, sealed; null: it has not",
        ),
        sa.Column("requested_from", sa.Text(), nullable=False, comment="network address of the caller"),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("attempts_left", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "consumed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: neither used nor superseded",
        ),
        sa.CheckConstraint("attempts_left >= 0", name=op.f("ck_otp_challenges_attempts_left")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_otp_challenges")),
    )
    op.create_index(
        "ix_otp_challenges_recipient_index_created_at",
        "otp_challenges",
        ["recipient_index", "created_at"],
        unique=False,
    )
    op.create_index(
        "ix_otp_challenges_requested_from_created_at",
        "otp_challenges",
        ["requested_from", "created_at"],
        unique=False,
    )
    op.create_table(
        "otp_days",
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="+: all numbers; +1415: those of a prefix; otherwise a recipient's keyed hash",
        ),
        sa.Column("day", sa.Date(), nullable=False, comment="UTC"),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "day", name=op.f("pk_otp_days")),
    )
    op.create_table(
        "customer_sessions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("customer_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True, comment="null: live"),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_sessions_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_customer_sessions_token_hash")),
    )
    op.create_index(op.f("ix_customer_sessions_customer_id"), "customer_sessions", ["customer_id"], unique=False)
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(REQUIRE_CUSTOMER_SESSION)
    op.execute(REFUSE_ERASED_CUSTOMER)
    # FORCE blinds the owner too: the definer function sees what this policy shows it.
    op.execute("CREATE POLICY customers_owner ON app.customers FOR SELECT TO movehub_owner USING (true)")
    op.execute(CUSTOMERS_NAMED)
    op.execute("REVOKE ALL ON FUNCTION app.customers_named FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.customers_named TO {STAFF.value}")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.customers_named")
    op.execute("DROP FUNCTION app.refuse_erased_customer")
    op.execute("DROP FUNCTION app.require_customer_session")
    for table in reversed(POLICIES):
        op.drop_table(table)
