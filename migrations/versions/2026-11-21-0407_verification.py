"""Insurance papers and requests to be verified.

Why: the first release.
Locks, and for how long: none that matter, the tables are new.
An interrupted run leaves: nothing, it is one transaction.
Undo: downgrade drops the tables.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

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
LIMITS_AND_DATES = (
    "org_id",
    "id",
    "kind",
    "effective_on",
    "expires_on",
    "counts_for",
    "counts_until",
    "withdrawn_at",
)
KINDS_AND_DATES = ("org_id", "id", "kind", "truck_id", "effective_on", "expires_on", "counts_until", "withdrawn_at")
# A company shows papers and withdraws them; what was made of them is the staff's to say.
UNCONFIRMED = f"{OWN_COMPANY} AND review IN ('with_request', 'waiting')"
TRUSTED_POLICY = ("trusted_until", "trusted_limit")
REVIEWED = ("review", "reviewed_by", "reviewed_at", "refusal", "withdrawn_at", "trusted_until")
DECIDED = (
    "status",
    "decided_by",
    "decided_at",
    "reason",
    "findings",
    "claimed_by",
    "claimed_until",
    "first_approved_by",
    "version",
    "updated_at",
)
POLICIES = {
    "insurance_policies": [
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(MOVER, "insert", UNCONFIRMED),
        Allow(MOVER, "update", OWN_COMPANY, columns=("withdrawn_at", *TRUSTED_POLICY)),
        Allow(WORKER, "select", OWN_COMPANY),
        Allow(BOOKING, "select", OWN_COMPANY),
        Allow(MARKET, "select", EVERY_ROW, columns=LIMITS_AND_DATES),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=(*REVIEWED, "trusted_limit")),
    ],
    "company_documents": [
        Allow(WORKER, "select", OWN_COMPANY),
        Allow(WORKER, "update", OWN_COMPANY, columns=("sealed_number",)),
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(MOVER, "insert", UNCONFIRMED),
        Allow(MOVER, "update", OWN_COMPANY, columns=("withdrawn_at", "trusted_until")),
        Allow(BOOKING, "select", OWN_COMPANY, columns=KINDS_AND_DATES),
        Allow(MARKET, "select", EVERY_ROW, columns=KINDS_AND_DATES),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=REVIEWED),
    ],
    "enforced_packs": [
        *(Allow(audience, "select", EVERY_ROW) for audience in (MOVER, BOOKING, MARKET, WORKER)),
        Allow(STAFF, "select insert delete", SIGNED_IN_STAFF),
    ],
    "company_packs": [
        Allow(MOVER, "select insert delete", OWN_COMPANY),
        *(Allow(audience, "select", OWN_COMPANY) for audience in (BOOKING, WORKER)),
        Allow(MARKET, "select", EVERY_ROW, columns=("org_id", "pack")),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
    ],
    "verification_cases": [
        Allow(MOVER, "select insert", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        # A case of any company, which stays that company's and its submitter's.
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=DECIDED),
        Allow(WORKER, "select", OWN_COMPANY),
    ],
    # What the staff note beside a case is for no company's eyes.
    "case_notes": [Allow(STAFF, "select insert", SIGNED_IN_STAFF)],
    "verification_steps": [
        Allow(MOVER, "select", OWN_COMPANY, columns=("org_id", "id", "step", "case_id", "at")),
        *(Allow(audience, "insert", OWN_COMPANY) for audience in (MOVER, WORKER)),
        Allow(STAFF, "select insert", SIGNED_IN_STAFF),
    ],
    "company_suspensions": [
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(STAFF, "select insert", SIGNED_IN_STAFF),
        Allow(STAFF, "update", SIGNED_IN_STAFF, columns=("lifted_by", "lifted_at")),
        Allow(WORKER, "select insert", OWN_COMPANY),
        Allow(WORKER, "update", OWN_COMPANY, columns=("lifted_at",)),
    ],
    "paper_notices": [Allow(WORKER, "select insert", OWN_COMPANY)],
    "paper_lapses": [
        Allow(MOVER, "select", OWN_COMPANY),
        Allow(STAFF, "select", SIGNED_IN_STAFF),
        Allow(WORKER, "select insert", OWN_COMPANY),
        Allow(WORKER, "update", OWN_COMPANY, columns=("restored_at", "bookings")),
    ],
}

# The end of both functions below: of what is `ending`, the notices that are reached and not written down yet.
DUE = """
    due AS (
        SELECT e.what, e.org_id, e.id, e.expires_on,
            CASE WHEN e.expires_on < e.today THEN -1 WHEN e.expires_on = e.today THEN 0
                WHEN e.expires_on <= e.today + 3 THEN 3 WHEN e.expires_on <= e.today + 14 THEN 14 ELSE 30 END AS days
        FROM ending AS e)
    INSERT INTO app.paper_notices (org_id, id, sweep_id, what, paper_id, expires_on, days_before, noticed_at)
    SELECT d.org_id, gen_random_uuid(), p_sweep, d.what, d.id, d.expires_on, d.days, p_now FROM due AS d
    WHERE NOT EXISTS (
        SELECT 1 FROM app.paper_notices AS n WHERE n.org_id = d.org_id AND n.paper_id = d.id
            AND n.expires_on = d.expires_on AND n.days_before = d.days)
    ORDER BY d.org_id LIMIT p_most
    ON CONFLICT DO NOTHING RETURNING paper_notices.org_id
$$
"""
# Of all companies the sweep learns ids and nothing else. One statement finds every notice that is due and writes it
# down: whoever comes second, or again, finds it done. A paper that another follows without a gap needs no notice; of
# one that has ended, it is enough that a later one is shown. `due`: the nearest of the notices that are reached, so
# that those missed while no worker ran are made up for by one (rules/expiry.py says the same).
NOTICE_PAPERS = """
CREATE FUNCTION app.notice_papers(p_sweep uuid, p_now timestamptz, p_most integer) RETURNS TABLE (org_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    WITH company AS (
        SELECT o.id, (p_now AT TIME ZONE o.timezone)::date AS today FROM app.organizations AS o
        WHERE o.status IN ('verified', 'suspended')),
    ending AS (
        SELECT 'policy' AS what, p.org_id, p.id, p.counts_until AS expires_on, c.today
        FROM company AS c JOIN app.insurance_policies AS p ON p.org_id = c.id
        WHERE p.withdrawn_at IS NULL AND p.counts_until <= c.today + 30 AND NOT EXISTS (
            SELECT 1 FROM app.insurance_policies AS q WHERE q.org_id = p.org_id AND q.kind = p.kind
                AND q.withdrawn_at IS NULL AND q.counts_until > p.counts_until
                AND (p.counts_until < c.today OR q.effective_on <= p.counts_until + 1))
        UNION ALL
        SELECT 'document', d.org_id, d.id, d.counts_until, c.today
        FROM company AS c JOIN app.company_documents AS d ON d.org_id = c.id
        WHERE d.withdrawn_at IS NULL AND d.counts_until <= c.today + 30 AND NOT EXISTS (
            SELECT 1 FROM app.company_documents AS q WHERE q.org_id = d.org_id AND q.kind = d.kind
                AND q.truck_id IS NOT DISTINCT FROM d.truck_id AND q.withdrawn_at IS NULL
                AND q.counts_until > d.counts_until
                AND (d.counts_until < c.today OR q.effective_on <= d.counts_until + 1))
            AND NOT EXISTS (
                SELECT 1 FROM app.trucks AS t
                WHERE t.org_id = d.org_id AND t.id = d.truck_id AND t.retired_at IS NOT NULL)
        UNION ALL
        SELECT 'licence', r.org_id, r.id, r.license_expires_on, c.today
        FROM company AS c JOIN app.drivers AS r ON r.org_id = c.id
        WHERE r.retired_at IS NULL AND r.license_expires_on <= c.today + 30),
"""
# As `notice_papers`, of policies that have been enough for a law's figure and are not from the day of a higher one on.
NOTICE_RISES = """
CREATE FUNCTION app.notice_rises(
    p_sweep uuid, p_now timestamptz, p_most integer, p_pack text, p_kind text, p_begins date, p_before numeric,
    p_minimum numeric
) RETURNS TABLE (org_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    WITH company AS (
        SELECT o.id, (p_now AT TIME ZONE o.timezone)::date AS today
        FROM app.organizations AS o JOIN app.company_packs AS k ON k.org_id = o.id AND k.pack = p_pack
        WHERE o.status IN ('verified', 'suspended')),
    policy AS (
        SELECT p.org_id, p.id, p.effective_on, p.counts_until, c.today, p.counts_for AS amount
        FROM company AS c JOIN app.insurance_policies AS p ON p.org_id = c.id
        WHERE p.kind = p_kind AND p.withdrawn_at IS NULL AND p.counts_until >= p_begins),
    ending AS (
        SELECT 'policy' AS what, p.org_id, p.id, p_begins - 1 AS expires_on, p.today
        FROM policy AS p
        WHERE p.effective_on < p_begins AND p_begins - 1 <= p.today + 30
            AND p.amount >= p_before AND p.amount < p_minimum AND NOT EXISTS (
            SELECT 1 FROM policy AS q WHERE q.org_id = p.org_id AND q.amount >= p_minimum
                AND (q.effective_on <= p_begins OR p_begins <= p.today))),
"""
LAPSED_COMPANIES = """
CREATE FUNCTION app.lapsed_companies(p_after uuid, p_most integer) RETURNS TABLE (org_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, app, pg_temp AS $$
    SELECT DISTINCT l.org_id FROM app.paper_lapses AS l
    WHERE l.restored_at IS NULL AND l.org_id > p_after ORDER BY l.org_id LIMIT p_most
$$
"""
FUNCTIONS = (
    ("notice_papers", NOTICE_PAPERS + DUE),
    ("notice_rises", NOTICE_RISES + DUE),
    ("lapsed_companies", LAPSED_COMPANIES),
)
SWEPT = {
    "organizations": "status IN ('verified', 'suspended')",
    "insurance_policies": "withdrawn_at IS NULL",
    "company_documents": "withdrawn_at IS NULL",
    "trucks": "retired_at IS NOT NULL",
    "drivers": "license_expires_on IS NOT NULL",
    "company_packs": "true",
    "paper_lapses": "restored_at IS NULL",
    "paper_notices": "true",
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
        sa.Column(
            "trusted_limit",
            sa.Numeric(precision=12, scale=2),
            nullable=True,
            comment="in US dollars, of a renewal until it is looked at; null: its own",
        ),
        sa.Column(
            "counts_for",
            sa.Numeric(precision=12, scale=2),
            sa.Computed(COUNTS_FOR, persisted=True),
            nullable=False,
            comment="its limit in US dollars as things stand",
        ),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="first day of cover"),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="last day of cover"),
        sa.Column("upload_id", sa.UUID(), nullable=True, comment="the certificate; null: none shown"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="null: it counts"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint("coverage_amount > 0", name=op.f("ck_insurance_policies_coverage_amount")),
        *_reviewed("insurance_policies"),
        sa.CheckConstraint("expires_on > effective_on", name=op.f("ck_insurance_policies_period")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_insurance_policies_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "upload_id"],
            ["uploads.org_id", "uploads.id"],
            name=op.f("fk_insurance_policies_org_id_upload_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_insurance_policies")),
    )
    op.create_index(
        "uq_insurance_policies_org_id_policy_number",
        "insurance_policies",
        ["org_id", "policy_number"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index(
        "ix_insurance_policies_org_id_upload_id", "insurance_policies", ["org_id", "upload_id"], unique=False
    )
    _create_documents()
    for table in ("insurance_policies", "company_documents"):
        op.create_index(op.f(f"ix_{table}_reviewed_by"), table, ["reviewed_by"])
        op.create_index(f"ix_{table}_waiting", table, ["created_at", "id"], postgresql_where=sa.text(WAITING))
    op.create_table(
        "verification_cases",
        sa.Column(
            "status",
            sa.Enum(
                "submitted",
                "in_review",
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
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="of a rejection, item by item",
        ),
        sa.Column("claimed_by", sa.UUID(), nullable=True, comment="staff; null: nobody has it"),
        sa.Column(
            "claimed_until",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="then it is anybody's; null as claimed_by",
        ),
        sa.Column(
            "first_approved_by",
            sa.UUID(),
            nullable=True,
            comment="staff, where two approve; null: not yet, or one is enough",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="rises by one with every change; the ETag"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_verification_cases_claim")),
        *(
            sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_verification_cases_{column}"))
            for column in ("claimed_by", "decided_by", "first_approved_by", "submitted_by")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_verification_cases_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_verification_cases")),
        sa.UniqueConstraint("id", name=op.f("uq_verification_cases_id")),
    )
    for column in ("claimed_by", "decided_by", "first_approved_by", "submitted_by"):
        op.create_index(op.f(f"ix_verification_cases_{column}"), "verification_cases", [column], unique=False)
    op.create_index(
        "ix_verification_cases_status_created_at",
        "verification_cases",
        ["status", "created_at"],
        unique=False,
    )
    op.create_index(
        "uq_verification_cases_org_id_open",
        "verification_cases",
        ["org_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('submitted', 'in_review')"),
    )
    _create_notes_and_steps()
    _create_suspensions()
    _create_expiry()
    for table, allows in POLICIES.items():
        for statement in secure(table, allows):
            op.execute(statement)
    _create_sweep()


WAITING = "review = 'waiting' AND withdrawn_at IS NULL"
COUNTS_UNTIL = (
    "CASE WHEN review IN ('with_request', 'confirmed') THEN coalesce(expires_on, DATE '9999-12-30') "
    "WHEN trusted_until IS NOT NULL THEN least(expires_on, trusted_until) END"
)
COUNTS_FOR = (
    "CASE WHEN coverage_currency <> 'USD' THEN 0 WHEN review IN ('with_request', 'confirmed') THEN coverage_amount "
    "ELSE least(coverage_amount, trusted_limit) END"
)


def _reviewed(table: str) -> tuple[SchemaItem, ...]:
    """What staff made of a paper, and how far it counts."""
    reviews = ("with_request", "waiting", "confirmed", "refused")
    kind = sa.Enum(*reviews, name="review", native_enum=False, create_constraint=True, length=40)
    return (
        sa.Column("review", kind, nullable=False),
        sa.Column("reviewed_by", sa.UUID(), nullable=True, comment="staff; null: not yet"),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True, comment="null: not yet"),
        sa.Column("refusal", sa.Text(), nullable=True, comment="why it was refused, as the company is told"),
        sa.Column(
            "trusted_until", sa.Date(), nullable=True, comment="as a renewal, until it is looked at; null: not at all"
        ),
        sa.Column(
            "counts_until",
            sa.Date(),
            sa.Computed(COUNTS_UNTIL, persisted=True),
            nullable=True,
            comment="its last day as things stand; null: it counts for nothing",
        ),
        sa.CheckConstraint("(review = 'refused') = (refusal IS NOT NULL)", name=op.f(f"ck_{table}_refusal")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name=op.f(f"fk_{table}_reviewed_by")),
    )


def _pack() -> sa.Enum:
    codes = ("US-interstate", "US-CA", "US-WA", "generic")
    return sa.Enum(*codes, name="pack", native_enum=False, create_constraint=True, length=40)


def _create_documents() -> None:
    kinds = (
        "mc_number",
        "state_permit",
        "process_agent",
        "business_licence",
        "tax_id",
        "truck_registration",
        "truck_inspection",
    )
    op.create_table(
        "company_documents",
        sa.Column(
            "kind",
            sa.Enum(*kinds, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("truck_id", sa.UUID(), nullable=True, comment="of a truck's documents; null: the company's own"),
        sa.Column("issuer", sa.Text(), nullable=False, comment="the authority that gave it"),
        sa.Column("number", sa.Text(), nullable=True, comment="as printed; of a tax id its end, the rest is sealed"),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=True, comment="of a tax id; null: not secret"),
        sa.Column(
            "number_index",
            sa.LargeBinary(),
            nullable=True,
            comment="of a tax id: by which two are told to be the same; null: not secret",
        ),
        sa.Column("effective_on", sa.Date(), nullable=False, comment="first day it is valid"),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="last day it is valid; null: it does not end"),
        sa.Column("upload_id", sa.UUID(), nullable=True, comment="the paper itself; null: none shown"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="null: it counts"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        *_reviewed("company_documents"),
        sa.CheckConstraint("expires_on >= effective_on", name=op.f("ck_company_documents_period")),
        sa.CheckConstraint(
            "(kind IN ('truck_registration', 'truck_inspection')) = (truck_id IS NOT NULL)",
            name=op.f("ck_company_documents_of_truck"),
        ),
        sa.CheckConstraint("(kind = 'tax_id') = (sealed_number IS NOT NULL)", name=op.f("ck_company_documents_sealed")),
        sa.CheckConstraint(
            "(sealed_number IS NULL) = (number_index IS NULL)", name=op.f("ck_company_documents_number_index")
        ),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_company_documents_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "truck_id"], ["trucks.org_id", "trucks.id"], name=op.f("fk_company_documents_org_id_truck_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "upload_id"],
            ["uploads.org_id", "uploads.id"],
            name=op.f("fk_company_documents_org_id_upload_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_company_documents")),
    )
    for column in ("truck_id", "upload_id"):
        op.create_index(f"ix_company_documents_org_id_{column}", "company_documents", ["org_id", column], unique=False)
    op.create_table(
        "enforced_packs",
        sa.Column("pack", _pack(), nullable=False),
        sa.Column("enforced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pack", name=op.f("pk_enforced_packs")),
    )
    op.create_table(
        "company_packs",
        sa.Column("pack", _pack(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_company_packs_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_company_packs")),
        sa.UniqueConstraint("org_id", "pack", name=op.f("uq_company_packs_org_id_pack")),
    )


def _create_notes_and_steps() -> None:
    op.create_table(
        "case_notes",
        sa.Column("case_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.UUID(), nullable=False, comment="staff"),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"],
            ["verification_cases.org_id", "verification_cases.id"],
            name=op.f("fk_case_notes_org_id_case_id"),
        ),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_case_notes_written_by")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_case_notes")),
    )
    op.create_index("ix_case_notes_org_id_case_id", "case_notes", ["org_id", "case_id"], unique=False)
    op.create_index(op.f("ix_case_notes_written_by"), "case_notes", ["written_by"], unique=False)
    steps = (
        "submitted",
        "claimed",
        "given_back",
        "first_approval",
        "approved",
        "rejected",
        "suspended",
        "reinstated",
        "lapsed",
        "restored",
    )
    op.create_table(
        "verification_steps",
        sa.Column(
            "step",
            sa.Enum(*steps, name="step", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("case_id", sa.UUID(), nullable=True, comment="null: of the company, not of a case"),
        sa.Column("by", sa.UUID(), nullable=True, comment="a member's or staff's; null: the program's"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_verification_steps_by")),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_verification_steps_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"],
            ["verification_cases.org_id", "verification_cases.id"],
            name=op.f("fk_verification_steps_org_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_verification_steps")),
    )
    op.create_index("ix_verification_steps_org_id_case_id", "verification_steps", ["org_id", "case_id"], unique=False)
    op.create_index(op.f("ix_verification_steps_by"), "verification_steps", ["by"], unique=False)


def _create_suspensions() -> None:
    op.create_table(
        "company_suspensions",
        sa.Column(
            "cause",
            sa.Enum("staff", "papers", name="cause", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="as the company is told"),
        sa.Column("suspended_by", sa.UUID(), nullable=True, comment="staff; null: its papers ended"),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "lifted_by",
            sa.UUID(),
            nullable=True,
            comment="staff; null: still suspended, or its papers were renewed",
        ),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True, comment="null: still suspended"),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.CheckConstraint(
            "(cause = 'staff') = (suspended_by IS NOT NULL)", name=op.f("ck_company_suspensions_by_whom")
        ),
        sa.CheckConstraint(
            "cause <> 'staff' OR (lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_company_suspensions_lifted")
        ),
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
        ["org_id", "cause"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


NEEDS = (
    "truck",
    "driver",
    "pricing",
    "insurance",
    "liability",
    "cargo",
    "workers_comp",
    "usdot_number",
    "mc_number",
    "state_permit",
    "process_agent",
    "business_licence",
    "tax_id",
    "truck_registration",
    "truck_inspection",
    "driver_licence",
)


def _create_expiry() -> None:
    kinds = sa.Enum("policy", "document", "licence", name="what", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "paper_notices",
        sa.Column("sweep_id", sa.UUID(), nullable=False, comment="what was found together is told together"),
        sa.Column("what", kinds, nullable=False),
        sa.Column(
            "paper_id", sa.UUID(), nullable=False, comment="the policy's or document's id; of a licence the driver's"
        ),
        sa.Column("expires_on", sa.Date(), nullable=False, comment="the last day that was told"),
        sa.Column(
            "days_before",
            sa.SmallInteger(),
            nullable=False,
            comment="30, 14, 3, 0 the last day itself, -1 afterwards",
        ),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_paper_notices_org_id")),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_paper_notices")),
        sa.UniqueConstraint(
            "org_id",
            "paper_id",
            "expires_on",
            "days_before",
            name=op.f("uq_paper_notices_org_id_paper_id_expires_on_days_before"),
        ),
    )
    op.create_index("ix_paper_notices_org_id_sweep_id", "paper_notices", ["org_id", "sweep_id"], unique=False)
    op.create_table(
        "paper_lapses",
        sa.Column(
            "need",
            sa.Enum(*NEEDS, name="need", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("truck_id", sa.UUID(), nullable=True, comment="of a truck's paper"),
        sa.Column("driver_id", sa.UUID(), nullable=True, comment="of a driver's licence"),
        sa.Column("ended_on", sa.Date(), nullable=False, comment="its last day"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "restored_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="renewed, or asked for no more; null: neither",
        ),
        sa.Column(
            "bookings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="those it touched when it was found: id, reference, start",
        ),
        sa.Column("org_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"], name=op.f("fk_paper_lapses_org_id")),
        sa.ForeignKeyConstraint(
            ["org_id", "driver_id"], ["drivers.org_id", "drivers.id"], name=op.f("fk_paper_lapses_org_id_driver_id")
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "truck_id"], ["trucks.org_id", "trucks.id"], name=op.f("fk_paper_lapses_org_id_truck_id")
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_paper_lapses")),
    )
    for column in ("truck_id", "driver_id"):
        op.create_index(f"ix_paper_lapses_org_id_{column}", "paper_lapses", ["org_id", column], unique=False)
    op.create_index("ix_paper_lapses_open", "paper_lapses", ["org_id"], postgresql_where=sa.text("restored_at IS NULL"))


def _create_sweep() -> None:
    for table, rows in SWEPT.items():
        op.execute(f"CREATE POLICY {table}_swept ON app.{table} FOR SELECT TO movehub_owner USING ({rows})")
    op.execute("CREATE POLICY paper_notices_written ON app.paper_notices FOR INSERT TO movehub_owner WITH CHECK (true)")
    for name, text in FUNCTIONS:
        op.execute(text)
        op.execute(f"REVOKE ALL ON FUNCTION app.{name} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION app.{name} TO {WORKER.value}")


def downgrade() -> None:
    for name, _ in FUNCTIONS:
        op.execute(f"DROP FUNCTION app.{name}")
    for table in ("organizations", "trucks", "drivers"):
        op.execute(f"DROP POLICY {table}_swept ON app.{table}")
    for table in reversed(POLICIES):
        op.drop_table(table)
