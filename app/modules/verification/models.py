from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.verification.values import (
    CaseStatus,
    Cause,
    DocumentKind,
    InsuranceKind,
    Need,
    PackCode,
    PaperKind,
    Review,
    Step,
)
from app.runtime.db.base import Currency, Model, Tenant, Versioned, enum_column

WAITING: Final = "review = 'waiting' AND withdrawn_at IS NULL"
# Until when a paper counts. Of one that nobody has looked at as far as it is trusted: null, and it counts for nothing.
COUNTS_UNTIL: Final = (
    "CASE WHEN review IN ('with_request', 'confirmed') THEN coalesce(expires_on, DATE '9999-12-30') "
    "WHEN trusted_until IS NOT NULL THEN least(expires_on, trusted_until) END"
)
# Up to which limit a policy counts. The law's figures are dollars: a policy in another currency reaches none of them.
COUNTS_FOR: Final = (
    "CASE WHEN coverage_currency <> 'USD' THEN 0 WHEN review IN ('with_request', 'confirmed') THEN coverage_amount "
    "ELSE least(coverage_amount, trusted_limit) END"
)


class Reviewed:
    """What staff made of a paper, and how far it counts."""

    review: Mapped[Review] = mapped_column(enum_column(Review, "review"))
    reviewed_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: not yet"
    )
    reviewed_at: Mapped[datetime | None] = mapped_column(comment="null: not yet")
    refusal: Mapped[str | None] = mapped_column(comment="why it was refused, as the company is told")
    trusted_until: Mapped[date | None] = mapped_column(comment="as a renewal, until it is looked at; null: not at all")
    counts_until: Mapped[date | None] = mapped_column(
        sa.Computed(COUNTS_UNTIL, persisted=True), comment="its last day as things stand; null: it counts for nothing"
    )


class InsurancePolicy(Reviewed, Tenant, Model):
    """A policy that a company shows; once withdrawn it counts no more, and its number is free again."""

    __tablename__ = "insurance_policies"

    kind: Mapped[InsuranceKind] = mapped_column(enum_column(InsuranceKind, "kind"))
    insurer: Mapped[str]
    policy_number: Mapped[str]
    coverage_amount: Mapped[Decimal]
    coverage_currency: Mapped[Currency]
    trusted_limit: Mapped[Decimal | None] = mapped_column(
        comment="in US dollars, of a renewal until it is looked at; null: its own"
    )
    counts_for: Mapped[Decimal] = mapped_column(
        sa.Computed(COUNTS_FOR, persisted=True), comment="its limit in US dollars as things stand"
    )
    effective_on: Mapped[date] = mapped_column(comment="first day of cover")
    expires_on: Mapped[date] = mapped_column(comment="last day of cover")
    upload_id: Mapped[UUID | None] = mapped_column(comment="the certificate; null: none shown")
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="null: it counts")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "upload_id"], ["uploads.org_id", "uploads.id"]),
        sa.Index("ix_insurance_policies_org_id_upload_id", "org_id", "upload_id"),
        sa.Index(
            "uq_insurance_policies_org_id_policy_number",
            "org_id",
            "policy_number",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.Index("ix_insurance_policies_waiting", "created_at", "id", postgresql_where=sa.text(WAITING)),
        sa.CheckConstraint("(review = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        sa.CheckConstraint("coverage_amount > 0", name="coverage_amount"),
        sa.CheckConstraint("expires_on > effective_on", name="period"),
    )


class CompanyDocument(Reviewed, Tenant, Model):
    """What a company shows beside its insurance: a permit, a number, a truck's registration."""

    __tablename__ = "company_documents"

    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    truck_id: Mapped[UUID | None] = mapped_column(comment="of a truck's documents; null: the company's own")
    issuer: Mapped[str] = mapped_column(comment="the authority that gave it")
    number: Mapped[str | None] = mapped_column(comment="as printed; of a tax id its end, the rest is sealed")
    sealed_number: Mapped[bytes | None] = mapped_column(sa.LargeBinary, comment="of a tax id; null: not secret")
    number_index: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="of a tax id: by which two are told to be the same; null: not secret"
    )
    effective_on: Mapped[date] = mapped_column(comment="first day it is valid")
    expires_on: Mapped[date | None] = mapped_column(comment="last day it is valid; null: it does not end")
    upload_id: Mapped[UUID | None] = mapped_column(comment="the paper itself; null: none shown")
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="null: it counts")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "truck_id"], ["trucks.org_id", "trucks.id"]),
        sa.ForeignKeyConstraint(["org_id", "upload_id"], ["uploads.org_id", "uploads.id"]),
        sa.Index("ix_company_documents_waiting", "created_at", "id", postgresql_where=sa.text(WAITING)),
        sa.CheckConstraint("(review = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        sa.CheckConstraint("expires_on >= effective_on", name="period"),
        sa.CheckConstraint(
            "(kind IN ('truck_registration', 'truck_inspection')) = (truck_id IS NOT NULL)", name="of_truck"
        ),
        sa.CheckConstraint("(kind = 'tax_id') = (sealed_number IS NOT NULL)", name="sealed"),
        sa.CheckConstraint("(sealed_number IS NULL) = (number_index IS NULL)", name="number_index"),
        sa.Index("ix_company_documents_org_id_truck_id", "org_id", "truck_id"),
        sa.Index("ix_company_documents_org_id_upload_id", "org_id", "upload_id"),
    )


class CompanyPack(Tenant, Model):
    """A jurisdiction that a company has declared to work in, and whose papers it shows."""

    __tablename__ = "company_packs"

    pack: Mapped[PackCode] = mapped_column(enum_column(PackCode, "pack"))
    declared_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "pack"),
    )


class EnforcedPack(Model):
    """A jurisdiction whose jobs go to nobody who has not declared it: staff's decision, for the whole platform."""

    __tablename__ = "enforced_packs"

    pack: Mapped[PackCode] = mapped_column(enum_column(PackCode, "pack"), primary_key=True)
    enforced_at: Mapped[datetime]


class VerificationCase(Tenant, Versioned, Model):
    """A company's request to be verified, and what staff made of it."""

    __tablename__ = "verification_cases"

    status: Mapped[CaseStatus] = mapped_column(enum_column(CaseStatus, "status"))
    submitted_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True)
    decided_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: not decided"
    )
    decided_at: Mapped[datetime | None] = mapped_column(comment="null: not decided")
    reason: Mapped[str | None] = mapped_column(comment="of a rejection")
    findings: Mapped[list[dict[str, Any]]] = mapped_column(default=list, comment="of a rejection, item by item")
    claimed_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: nobody has it"
    )
    claimed_until: Mapped[datetime | None] = mapped_column(comment="then it is anybody's; null as claimed_by")
    first_approved_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff, where two approve; null: not yet, or one is enough"
    )

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name="claim"),
        sa.Index(
            "uq_verification_cases_org_id_open",
            "org_id",
            unique=True,
            postgresql_where=sa.text("status IN ('submitted', 'in_review')"),
        ),
        sa.UniqueConstraint("id"),  # staff name a case by its id alone
        sa.Index("ix_verification_cases_status_created_at", "status", "created_at"),
    )


class CaseNote(Tenant, Model):
    """What the staff write down for each other beside a case; no company reads it."""

    __tablename__ = "case_notes"

    case_id: Mapped[UUID]
    text: Mapped[str]
    written_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True, comment="staff")
    written_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["verification_cases.org_id", "verification_cases.id"]),
        sa.Index("ix_case_notes_org_id_case_id", "org_id", "case_id"),
    )


class VerificationStep(Tenant, Model):
    """One step of a company on its way to the market, or out of it; only ever added."""

    __tablename__ = "verification_steps"

    step: Mapped[Step] = mapped_column(enum_column(Step, "step"))
    case_id: Mapped[UUID | None] = mapped_column(comment="null: of the company, not of a case")
    by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="a member's or staff's; null: the program's"
    )
    at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["verification_cases.org_id", "verification_cases.id"]),
        sa.Index("ix_verification_steps_org_id_case_id", "org_id", "case_id"),
    )


class CompanySuspension(Tenant, Model):
    """A time that a verified company spends out of the market."""

    __tablename__ = "company_suspensions"

    cause: Mapped[Cause] = mapped_column(enum_column(Cause, "cause"))
    reason: Mapped[str] = mapped_column(comment="as the company is told")
    suspended_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: its papers ended"
    )
    suspended_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: still suspended, or its papers were renewed"
    )
    lifted_at: Mapped[datetime | None] = mapped_column(comment="null: still suspended")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("(cause = 'staff') = (suspended_by IS NOT NULL)", name="by_whom"),
        sa.CheckConstraint("cause <> 'staff' OR (lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        sa.Index(
            "uq_company_suspensions_org_id_open",
            "org_id",
            "cause",
            unique=True,
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )


class PaperNotice(Tenant, Model):
    """That a company was told of a paper's end; only ever added, and so nobody is told twice."""

    __tablename__ = "paper_notices"

    sweep_id: Mapped[UUID] = mapped_column(comment="what was found together is told together")
    what: Mapped[PaperKind] = mapped_column(enum_column(PaperKind, "what"))
    paper_id: Mapped[UUID] = mapped_column(comment="the policy's or document's id; of a licence the driver's")
    expires_on: Mapped[date] = mapped_column(comment="the last day that was told")
    days_before: Mapped[int] = mapped_column(sa.SmallInteger, comment="30, 14, 3, 0 the last day itself, -1 afterwards")
    noticed_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "paper_id", "expires_on", "days_before"),
        sa.Index("ix_paper_notices_org_id_sweep_id", "org_id", "sweep_id"),
    )


class PaperLapse(Tenant, Model):
    """A paper that is over and not renewed, with the bookings that it touches."""

    __tablename__ = "paper_lapses"

    need: Mapped[Need] = mapped_column(enum_column(Need, "need"))
    truck_id: Mapped[UUID | None] = mapped_column(comment="of a truck's paper")
    driver_id: Mapped[UUID | None] = mapped_column(comment="of a driver's licence")
    ended_on: Mapped[date] = mapped_column(comment="its last day")
    found_at: Mapped[datetime]
    restored_at: Mapped[datetime | None] = mapped_column(comment="renewed, or asked for no more; null: neither")
    bookings: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list, comment="those it touched when it was found: id, reference, start"
    )

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "truck_id"], ["trucks.org_id", "trucks.id"]),
        sa.ForeignKeyConstraint(["org_id", "driver_id"], ["drivers.org_id", "drivers.id"]),
        sa.Index("ix_paper_lapses_org_id_truck_id", "org_id", "truck_id"),
        sa.Index("ix_paper_lapses_org_id_driver_id", "org_id", "driver_id"),
        sa.Index("ix_paper_lapses_open", "org_id", postgresql_where=sa.text("restored_at IS NULL")),
    )
