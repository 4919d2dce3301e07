from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.verification.values import CaseStatus, DocumentKind, InsuranceKind, PackCode
from app.runtime.db.base import Currency, Model, Tenant, Versioned, enum_column


class InsurancePolicy(Tenant, Model):
    __tablename__ = "insurance_policies"

    kind: Mapped[InsuranceKind] = mapped_column(enum_column(InsuranceKind, "kind"))
    insurer: Mapped[str]
    policy_number: Mapped[str]
    coverage_amount: Mapped[Decimal]
    coverage_currency: Mapped[Currency]
    effective_on: Mapped[date] = mapped_column(comment="first day of cover")
    expires_on: Mapped[date] = mapped_column(comment="last day of cover")
    upload_id: Mapped[UUID | None] = mapped_column(comment="the certificate; null: none shown")
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "upload_id"], ["uploads.org_id", "uploads.id"]),
        sa.Index("ix_insurance_policies_org_id_upload_id", "org_id", "upload_id"),
        sa.UniqueConstraint("org_id", "policy_number"),
        sa.CheckConstraint("coverage_amount > 0", name="coverage_amount"),
        sa.CheckConstraint("expires_on > effective_on", name="period"),
    )


class CompanyDocument(Tenant, Model):
    """What a company shows beside its insurance: a permit, a number, a truck's registration."""

    __tablename__ = "company_documents"

    kind: Mapped[DocumentKind] = mapped_column(enum_column(DocumentKind, "kind"))
    truck_id: Mapped[UUID | None] = mapped_column(comment="of a truck's documents; null: the company's own")
    issuer: Mapped[str] = mapped_column(comment="the authority that gave it")
    number: Mapped[str | None] = mapped_column(comment="as printed; of a tax id its end, the rest is sealed")
    sealed_number: Mapped[bytes | None] = mapped_column(sa.LargeBinary, comment="of a tax id; null: not secret")
    effective_on: Mapped[date] = mapped_column(comment="first day it is valid")
    expires_on: Mapped[date | None] = mapped_column(comment="last day it is valid; null: it does not end")
    upload_id: Mapped[UUID | None] = mapped_column(comment="the paper itself; null: none shown")
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None] = mapped_column(comment="null: it counts")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "truck_id"], ["trucks.org_id", "trucks.id"]),
        sa.ForeignKeyConstraint(["org_id", "upload_id"], ["uploads.org_id", "uploads.id"]),
        sa.CheckConstraint("expires_on >= effective_on", name="period"),
        sa.CheckConstraint(
            "(kind IN ('truck_registration', 'truck_inspection')) = (truck_id IS NOT NULL)", name="of_truck"
        ),
        sa.CheckConstraint("(kind = 'tax_id') = (sealed_number IS NOT NULL)", name="sealed"),
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

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.Index(
            "uq_verification_cases_org_id_open",
            "org_id",
            unique=True,
            postgresql_where=sa.text("status = 'submitted'"),
        ),
        sa.UniqueConstraint("id"),  # staff name a case by its id alone
        sa.Index("ix_verification_cases_status_created_at", "status", "created_at"),
    )


class CompanySuspension(Tenant, Model):
    """A time that a verified company spends out of the market."""

    __tablename__ = "company_suspensions"

    reason: Mapped[str] = mapped_column(comment="as staff told the company")
    suspended_by: Mapped[UUID] = mapped_column(sa.ForeignKey("users.id"), index=True, comment="staff")
    suspended_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("users.id"), index=True, comment="staff; null: still suspended"
    )
    lifted_at: Mapped[datetime | None] = mapped_column(comment="null: still suspended")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        sa.Index(
            "uq_company_suspensions_org_id_open",
            "org_id",
            unique=True,
            postgresql_where=sa.text("lifted_at IS NULL"),
        ),
    )
