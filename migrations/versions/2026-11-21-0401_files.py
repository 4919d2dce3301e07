"""Files that companies send, from their announcement on.

Why: the first release.
Locks, and for how long: none that matter, the table is new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the table; the store keeps its objects.
"""

import sqlalchemy as sa
from alembic import op

from app.runtime.db.rls import OWN_COMPANY, SIGNED_IN_STAFF, Allow, secure
from app.runtime.db.tenancy import Audience

revision = "files_0001"
down_revision = "orgs_0001"
branch_labels = None
depends_on = None

MOVER, BOOKING, STAFF, WORKER = Audience.MOVER, Audience.BOOKING, Audience.STAFF, Audience.WORKER
POLICIES = {
    "uploads": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(MOVER, "update", OWN_COMPANY, columns=("status", "completed_at", "next_try_at", "attached_at")),
        # Photos of a step of a booking.
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(BOOKING, "update", OWN_COMPANY, columns=("attached_at",)),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select update delete", OWN_COMPANY),
    ],
}

# Across companies, ids and nothing else: what is to be looked at, and what nobody attached in time.
UPLOADS_TO_TEND = """
CREATE FUNCTION app.uploads_to_tend(p_now timestamptz, p_before timestamptz, p_most integer)
RETURNS TABLE (org_id uuid, upload_id uuid, task text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    (SELECT u.org_id, u.id, 'inspect' FROM app.uploads AS u
        WHERE u.next_try_at <= p_now ORDER BY u.next_try_at LIMIT p_most)
    UNION ALL
    (SELECT u.org_id, u.id, 'forget' FROM app.uploads AS u
        WHERE u.attached_at IS NULL AND u.created_at < p_before ORDER BY u.created_at LIMIT p_most)
$$
"""


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("kind", _choice("kind", "document", "photo"), nullable=False),
        sa.Column("status", _choice("status", "pending", "scanning", "clean", "rejected"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False, comment="as the client named it; never part of a key"),
        sa.Column(
            "content_type",
            _choice("content_type", "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"),
            nullable=False,
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="as announced; of a clean file: as kept"),
        sa.Column("sha256", sa.LargeBinary(), nullable=True, comment="as announced, or null; of a clean file: as kept"),
        sa.Column("uploaded_by", sa.UUID(), nullable=False, comment="the member, or the key of the company's program"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("form_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "completed_at", sa.DateTime(timezone=True), nullable=True, comment="null: the client has not said so"
        ),
        sa.Column(
            "next_try_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it is to be looked at; null: nothing to do",
        ),
        sa.Column("tries", sa.SmallInteger(), nullable=False, comment="how often the store or the scanner was away"),
        sa.Column(
            "rejection",
            _choice(
                "rejection",
                "missing",
                "too_large",
                "size_differs",
                "checksum_differs",
                "type_differs",
                "unreadable",
                "too_many_pixels",
                "active_content",
                "malware",
                "unchecked",
            ),
            nullable=True,
            comment="null: none",
        ),
        sa.Column("width", sa.Integer(), nullable=True, comment="pixels; null: no picture, or not looked at"),
        sa.Column("height", sa.Integer(), nullable=True, comment="pixels; null: no picture, or not looked at"),
        sa.Column("has_thumbnail", sa.Boolean(), nullable=False),
        sa.Column(
            "attached_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: nothing holds it; forgotten after a day",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_uploads_size_bytes")),
        sa.CheckConstraint("(status = 'rejected') = (rejection IS NOT NULL)", name=op.f("ck_uploads_refused")),
        sa.CheckConstraint("attached_at IS NULL OR status = 'clean'", name=op.f("ck_uploads_attached")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_uploads_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_uploads")),
    )
    op.create_index(
        "ix_uploads_next_try_at",
        "uploads",
        ["next_try_at"],
        unique=False,
        postgresql_where=sa.text("next_try_at IS NOT NULL"),
    )
    op.create_index(
        "ix_uploads_created_at",
        "uploads",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("attached_at IS NULL"),
    )
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    # FORCE blinds the owner too: the definer function sees what this policy shows it.
    op.execute(
        "CREATE POLICY uploads_owner ON app.uploads FOR SELECT TO movehub_owner "
        "USING (next_try_at IS NOT NULL OR attached_at IS NULL)"
    )
    op.execute(UPLOADS_TO_TEND)
    op.execute("REVOKE ALL ON FUNCTION app.uploads_to_tend FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION app.uploads_to_tend TO {WORKER.value}")


def downgrade() -> None:
    op.execute("DROP FUNCTION app.uploads_to_tend")
    for table in reversed(POLICIES):
        op.drop_table(table)
