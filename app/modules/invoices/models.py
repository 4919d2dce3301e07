from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.invoices.values import InvoiceStatus
from app.runtime.db.base import Currency, Model, Tenant, enum_column


class Invoice(Tenant, Model):
    """A bill as it was issued. Nobody can change or delete it, the owner of the table included."""

    __tablename__ = "invoices"

    number: Mapped[str] = mapped_column(comment="gapless within company and year")
    booking_id: Mapped[UUID]
    customer_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("customers.id"), comment="null: booked by hand")
    status: Mapped[InvoiceStatus] = mapped_column(enum_column(InvoiceStatus, "status"))
    issued_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(comment="local date of the company")
    document: Mapped[dict[str, Any]] = mapped_column(
        comment="seller, move and lines as printed, a pseudonym for the buyer"
    )
    subtotal: Mapped[Decimal]
    tax: Mapped[Decimal]
    total: Mapped[Decimal]
    currency: Mapped[Currency]
    sha256: Mapped[str] = mapped_column(comment="of the canonical JSON of the document")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "booking_id"], ["bookings.org_id", "bookings.id"]),
        sa.UniqueConstraint("org_id", "number"),
        sa.UniqueConstraint("org_id", "booking_id"),
        sa.CheckConstraint("total = subtotal + tax", name="total"),
        sa.Index("ix_invoices_org_id_issued_at_id", "org_id", "issued_at", "id"),
        sa.Index("ix_invoices_customer_id_issued_at_id", "customer_id", "issued_at", "id"),
    )


class InvoiceParties(Tenant, Model):
    """Whom an invoice is written to, and from which door to which: its id is the invoice's, whose document holds a
    pseudonym in their place. Sealed, and forgotten when the law does not ask for it any more.
    """

    __tablename__ = "invoice_parties"

    customer_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("customers.id"), index=True, comment="as the invoice's"
    )
    sealed_parties: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="buyer and lines of both addresses as JSON, sealed for this row; null: forgotten"
    )
    forgotten_at: Mapped[datetime | None] = mapped_column(comment="null: kept")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "id"], ["invoices.org_id", "invoices.id"]),
        sa.CheckConstraint("(sealed_parties IS NULL) = (forgotten_at IS NOT NULL)", name="forgotten"),
    )


class InvoiceCounter(Model):
    """The last number given in a company's series of a year; its row lock is what makes the series gapless."""

    __tablename__ = "invoice_counters"

    org_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organizations.id"), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True, comment="the year")
    last_number: Mapped[int]
