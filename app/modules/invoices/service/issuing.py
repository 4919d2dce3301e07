from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Customer, Mover
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.ports import Ports
from app.modules.audit.public import Change, fields_of, record
from app.modules.bookings import public as bookings
from app.modules.invoices import repository, rules
from app.modules.invoices.errors import AlreadyInvoiced, BookingNotCompleted, InvoiceNotFound
from app.modules.invoices.events import InvoiceIssued
from app.modules.invoices.models import Invoice
from app.modules.invoices.service.parties import keep_parties, printed_document
from app.modules.invoices.values import InvoiceStatus
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.runtime.db.base import AnyRow
from app.runtime.db.session import Database, ReadSession, WriteSession
from app.runtime.db.tenancy import Identity
from app.runtime.outbox.emit import emit


async def issue_invoice(session: WriteSession, actor: Mover, booking_id: UUID) -> Invoice:
    """Issue the invoice of a completed booking, with the next number of the company's year.

    Locks: the booking row, then the counter of the series: both to the end of the transaction.
    Raises: BookingNotFound (404), BookingNotCompleted (409), AlreadyInvoiced (409).
    Emits: invoice.issued.
    """
    job = await bookings.billable(session, actor.org_id, booking_id)
    if job.status is not bookings.BookingStatus.COMPLETED or job.final_price is None:
        raise BookingNotCompleted(f"It is {job.status}.")
    if await repository.exists_of_booking(session, actor.org_id, booking_id):
        raise AlreadyInvoiced
    company = await orgs.company(session, actor.org_id)
    worked_on = job.starts_at.astimezone(ZoneInfo(job.pickup_zone)).date()
    licences = await verification.licence_numbers(session, actor.org_id, worked_on)
    bill = rules.bill_of(job.final_price)
    series = rules.series_of(actor.now, company.timezone)
    # Last of what can fail, so that the counter is locked as shortly as can be.
    number = rules.number_of(series, await repository.take_number(session, actor.org_id, series))
    document = rules.document_of(number, company, job, bill, actor.now, licences=licences)
    stored = rules.without_parties(document, job).model_dump(mode="json")
    row = {
        "org_id": actor.org_id,
        "id": new_id(),
        "number": number,
        "booking_id": booking_id,
        "customer_id": job.customer_id,
        "status": InvoiceStatus.ISSUED,
        "issued_at": actor.now,
        "due_on": document.due_on,
        "document": stored,
        "subtotal": bill.subtotal,
        "tax": bill.tax,
        "total": bill.total,
        "currency": bill.currency,
        "sha256": rules.fingerprint(stored),
    }
    await repository.insert_invoice(session, row)
    invoice = Invoice(**row)
    await keep_parties(session, invoice, rules.parties_of(document))
    emit(session, InvoiceIssued(org_id=actor.org_id, invoice_id=invoice.id), now=actor.now)
    after = fields_of(invoice, ("number", "booking_id", "total", "due_on"))
    record(session, actor, Change("invoices.invoice_issued", "invoice", invoice.id, after=after))
    return invoice


async def take_back(session: WriteSession, actor: Mover, booking_id: UUID, reason: str) -> bookings.BookingStatus:
    """Take back what was reported of a booking by mistake; where it stands then. An invoice stands, and with it what it
    was made of.

    Locks: the booking row, then its resources in id order.
    Raises: BookingNotFound (404), AlreadyInvoiced (409), IllegalStep (409), SlotTaken (409), ResourceNotFound (404).
    Emits: booking.progressed.
    """
    await bookings.billable(session, actor.org_id, booking_id)
    if await repository.exists_of_booking(session, actor.org_id, booking_id):
        raise AlreadyInvoiced
    return await bookings.take_back(session, actor, booking_id, reason)


async def show_invoice(session: ReadSession, invoice_id: UUID) -> Invoice:
    """Raises: InvoiceNotFound (404)."""
    invoice = await repository.get_invoice(session, invoice_id)
    if invoice is None:
        raise InvoiceNotFound
    return invoice


async def explain_invoice(session: ReadSession, invoice_id: UUID) -> tuple[Invoice, bookings.Explained]:
    """An invoice, and what its booking's prices were made of. Raises: InvoiceNotFound (404)."""
    invoice = await show_invoice(session, invoice_id)
    return invoice, await bookings.explain_prices(session, invoice.booking_id)


async def list_invoices(session: ReadSession, actor: Mover | Customer, page: PageRequest) -> Sequence[AnyRow]:
    """The company's, or the customer's across companies; one row more than the page holds."""
    if isinstance(actor, Mover):
        return await repository.list_invoices(session, page, org_id=actor.org_id, customer_id=None)
    return await repository.list_invoices(session, page, org_id=None, customer_id=actor.customer_id)


async def render_invoice(database: Database, ports: Ports, identity: Identity, invoice_id: UUID) -> tuple[str, bytes]:
    """The number and the PDF of an invoice, printed from what was stored when it was issued; to a pseudonym, when
    the law does not have its buyer kept any more.

    Read in a short transaction of its own: it is over before the renderer begins. Raises: InvoiceNotFound (404).
    """
    async with database.read(identity) as session:
        invoice = await show_invoice(session, invoice_id)
        number, issued_at = invoice.number, invoice.issued_at
        document = await printed_document(session, invoice)
    return number, await ports.documents.render_invoice(document, made_at=issued_at)
