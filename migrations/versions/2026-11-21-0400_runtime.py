"""Outbox, inbox, schedules and idempotency keys: what makes an effect happen once.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import (
    CURRENT_CUSTOMER,
    CURRENT_KEY,
    CURRENT_ORG,
    CURRENT_USER,
    EVERY_ROW,
    SIGNED_IN_STAFF,
    Allow,
    secure,
)
from app.runtime.db.tenancy import Audience

revision = "runtime_0001"
down_revision = None
branch_labels = None
depends_on = None

MOVER, CUSTOMER, BOOKING, SIGNIN, STAFF, WORKER = (
    Audience.MOVER,
    Audience.CUSTOMER,
    Audience.BOOKING,
    Audience.SIGNIN,
    Audience.STAFF,
    Audience.WORKER,
)
ANY_OR_NO_COMPANY = f"org_id IS NULL OR org_id = {CURRENT_ORG}"
POLICIES = {
    "outbox_events": [
        *(Allow(audience, "insert", ANY_OR_NO_COMPANY) for audience in (MOVER, CUSTOMER, BOOKING, SIGNIN)),
        Allow(STAFF, "insert", SIGNED_IN_STAFF),
        Allow(WORKER, "select insert delete", EVERY_ROW),
        # Of any company, so it moves none from one to another.
        Allow(WORKER, "update", EVERY_ROW, columns=("claimed_until", "sent_at")),
    ],
    "inbox_messages": [Allow(WORKER, "select insert delete", EVERY_ROW)],
    "schedules": [Allow(WORKER, "select insert update", EVERY_ROW)],
    "idempotency_keys": [
        Allow(MOVER, "select insert delete", f"(caller_id = {CURRENT_USER} OR caller_id = {CURRENT_KEY})"),
        Allow(STAFF, "select insert delete", f"caller_id = {CURRENT_USER}"),
        *(
            Allow(audience, "select insert delete", f"caller_id = {CURRENT_CUSTOMER}")
            for audience in (CUSTOMER, BOOKING)
        ),
        Allow(WORKER, "select delete", EVERY_ROW),
    ],
    # Digests and instants: whoever knocks at a door is not known yet, so there is no setting to ask for.
    "rate_limits": [Allow(SIGNIN, "select insert update", EVERY_ROW), Allow(WORKER, "select delete", EVERY_ROW)],
}

CLAIM = """
CREATE FUNCTION app.claim_idempotency_key(
    p_caller uuid, p_route text, p_key text, p_fingerprint bytea, p_now timestamptz,
    OUT outcome text, OUT status integer, OUT headers jsonb, OUT body bytea
) LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
    v_row app.idempotency_keys;
BEGIN
    -- Held to the end of the transaction; a twin that is still running is answered, not waited for.
    IF NOT pg_try_advisory_xact_lock(hashtextextended(p_caller::text || ' ' || p_route || ' ' || p_key, 0)) THEN
        outcome := 'in_progress';
        RETURN;
    END IF;
    -- A statement of its own: its snapshot is younger than the lock.
    SELECT * INTO v_row FROM app.idempotency_keys AS k
        WHERE k.caller_id = p_caller AND k.route = p_route AND k.key = p_key;
    IF NOT FOUND THEN
        outcome := 'claimed';
    ELSIF v_row.expires_at <= p_now THEN
        DELETE FROM app.idempotency_keys AS k
            WHERE k.caller_id = p_caller AND k.route = p_route AND k.key = p_key;
        outcome := 'claimed';
    ELSIF v_row.fingerprint <> p_fingerprint THEN
        outcome := 'reused';
    ELSE
        outcome := 'replay';
        status := v_row.status;
        headers := v_row.headers;
        body := v_row.body;
    END IF;
END
$$
"""

# The arithmetic of the script in app/runtime/rate_limit/limiter.py. `place`: the limit that is spent, or the tightest.
TAKE = """
CREATE FUNCTION app.take_limits(
    p_keys bytea[], p_emissions double precision[], p_bursts integer[],
    OUT passes boolean, OUT place integer, OUT seconds double precision, OUT remaining integer
) LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
    v_at double precision;
    v_spent double precision[];
    v_left integer;
BEGIN
    -- Locked in one order, so that two that knock together wait for each other and neither is a deadlock's victim.
    INSERT INTO app.rate_limits AS kept (key, whole_at)
        SELECT k, clock_timestamp() FROM unnest(p_keys) AS k ORDER BY k
        ON CONFLICT (key) DO UPDATE SET whole_at = kept.whole_at;
    v_at := extract(epoch FROM clock_timestamp());
    FOR i IN 1 .. cardinality(p_keys) LOOP
        v_spent[i] := p_emissions[i] + (
            SELECT greatest(extract(epoch FROM kept.whole_at), v_at)
            FROM app.rate_limits AS kept WHERE kept.key = p_keys[i]);
        IF v_spent[i] - p_emissions[i] * p_bursts[i] > v_at + 0.000001 THEN
            passes := false;
            place := i;
            seconds := v_spent[i] - p_emissions[i] * p_bursts[i] - v_at;
            remaining := 0;
            RETURN;
        END IF;
    END LOOP;
    passes := true;
    FOR i IN 1 .. cardinality(p_keys) LOOP
        UPDATE app.rate_limits AS kept SET whole_at = to_timestamp(v_spent[i]) WHERE kept.key = p_keys[i];
        v_left := floor((v_at - v_spent[i]) / p_emissions[i] + p_bursts[i] + 0.001);
        IF remaining IS NULL OR v_left < remaining THEN
            place := i;
            seconds := v_spent[i] - v_at;
            remaining := v_left;
        END IF;
    END LOOP;
END
$$
"""


# Without accents and capitals, as an index can have it: the dictionary is named, and changes with a release alone.
PLAIN = """
CREATE FUNCTION app.plain(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, p_text))
$$
"""


def upgrade() -> None:
    op.execute(PLAIN)
    op.create_table(
        "outbox_events",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=True, comment="null: no company's"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="ids only: no personal data, no secret",
        ),
        sa.Column("trace", sa.Text(), nullable=True, comment="W3C traceparent of the request; null: none"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "claimed_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="held by a relay until then; null: by none",
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True, comment="null: not relayed yet"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_events")),
    )
    op.create_index(
        "ix_outbox_events_unsent",
        "outbox_events",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "inbox_messages",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("message_id", sa.UUID(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("consumer", "message_id", name=op.f("pk_inbox_messages")),
    )
    op.create_table(
        "schedules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedules")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("caller_id", sa.UUID(), nullable=False, comment="user, API key or customer"),
        sa.Column("route", sa.Text(), nullable=False, comment="method and path as requested"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="SHA-256 of the body"),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="sealed for caller, route and key"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller_id", "route", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_expires_at", "idempotency_keys", ["expires_at"], unique=False)
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.LargeBinary(), nullable=False, comment="SHA-256 of limit and subject"),
        sa.Column(
            "whole_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="by the database's clock; earlier: nothing is spent",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(CLAIM)
    op.execute(TAKE)
    # Readiness compares the schema with the release.
    op.execute("GRANT SELECT ON app.alembic_version TO movehub_app, movehub_worker")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.take_limits")
    op.execute("DROP FUNCTION app.claim_idempotency_key")
    for table in reversed(POLICIES):
        op.drop_table(table)
    op.execute("DROP FUNCTION app.plain")
