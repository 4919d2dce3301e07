"""The audit trail: entries in a chain for each company, added to and never changed.

Why: the first release.
Locks, and for how long: none that matter, the table is new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the table, and with it the trail.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.runtime.db.rls import CURRENT_ORG, EVERY_ROW, OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "audit_0001"
down_revision = "runtime_0001"
branch_labels = None
depends_on = None

OWN_OR_PLATFORMS = f"org_id = {CURRENT_ORG} OR org_id = '00000000-0000-0000-0000-000000000000'"
WHAT_LINKING_READS = ("org_id", "seq", "hash")
POLICIES = {
    "audit_entries": [
        Allow(Audience.MOVER, "select insert", OWN_COMPANY),
        *(
            allow
            for audience in (Audience.CUSTOMER, Audience.BOOKING, Audience.SIGNIN)
            for allow in (
                Allow(audience, "select", OWN_OR_PLATFORMS, columns=WHAT_LINKING_READS),
                Allow(audience, "insert", OWN_OR_PLATFORMS),
            )
        ),
        Allow(Audience.STAFF, "select insert", SIGNED_IN_STAFF),
        Allow(Audience.WORKER, "select", EVERY_ROW),
        Allow(Audience.WORKER, "insert", OWN_OR_PLATFORMS),
    ]
}

# Runs with the writer's own rights. The lock comes first, and the last link is read by a statement of its own, whose
# snapshot is younger than the lock: of two writers the second continues from the first.
LINK = """
CREATE FUNCTION app.link_audit_entry() RETURNS trigger
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, app, pg_temp AS $$
DECLARE
    v_seq bigint;
    v_hash bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('audit ' || NEW.org_id::text, 0));
    SELECT e.seq, e.hash INTO v_seq, v_hash FROM app.audit_entries AS e
        WHERE e.org_id = NEW.org_id ORDER BY e.seq DESC LIMIT 1;
    NEW.seq := coalesce(v_seq, 0) + 1;
    NEW.previous_hash := coalesce(v_hash, decode(repeat('00', 32), 'hex'));
    NEW.hash := sha256(NEW.previous_hash || int8send(NEW.seq) || NEW.content_hash);
    RETURN NEW;
END
$$
"""
REFUSE = """
CREATE FUNCTION app.refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, app, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to' USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("org_id", sa.UUID(), nullable=False, comment="the chain; all zeros: the platform's own"),
        sa.Column(
            "seq", sa.BigInteger(), autoincrement=False, nullable=False, comment="from 1, gapless within the chain"
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False, comment="<module>.<what_happened>"),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=True, comment="null: the program, or nobody known"),
        sa.Column("actor_role", sa.Text(), nullable=True, comment="null: no member"),
        sa.Column("resource", sa.Text(), nullable=False, comment="kind of the thing"),
        sa.Column("resource_id", sa.UUID(), nullable=True, comment="null: a list"),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="by field; text is withheld",
        ),
        sa.Column("request_id", sa.Text(), nullable=True, comment="null: no request"),
        sa.Column("network", sa.Text(), nullable=True, comment="caller's address cut to /24 or /48; null: no request"),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False, comment="SHA-256 of the canonical row"),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False, comment="32 zeros: the first"),
        sa.Column(
            "hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of previous_hash, seq (8 bytes) and content_hash",
        ),
        sa.PrimaryKeyConstraint("org_id", "seq", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_org_id_actor_id", "audit_entries", ["org_id", "actor_id", "seq"], unique=False)
    op.create_index(
        "ix_audit_entries_org_id_resource_id", "audit_entries", ["org_id", "resource_id", "seq"], unique=False
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    op.execute(LINK)
    op.execute(REFUSE)
    op.execute(
        "CREATE TRIGGER audit_entries_linked BEFORE INSERT ON app.audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION app.link_audit_entry()"
    )
    op.execute(
        "CREATE TRIGGER audit_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change()"
    )


def downgrade() -> None:
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION app.link_audit_entry")
    op.execute("DROP FUNCTION app.refuse_audit_change")
