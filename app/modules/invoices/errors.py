from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, NotFound


class InvoiceNotFound(NotFound):
    code: ClassVar[str] = "invoice_not_found"
    title: ClassVar[str] = "There is no such invoice."


class BookingNotCompleted(Conflict):
    code: ClassVar[str] = "booking_not_completed"
    title: ClassVar[str] = "Only a completed booking can be invoiced."


class AlreadyInvoiced(Conflict):
    code: ClassVar[str] = "already_invoiced"
    title: ClassVar[str] = "There is an invoice of this booking already."
    constraints: ClassVar[tuple[str, ...]] = ("uq_invoices_org_id_booking_id",)
