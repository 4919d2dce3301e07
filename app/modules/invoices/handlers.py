from __future__ import annotations

from app.modules.bookings import public as bookings
from app.modules.invoices import service
from app.modules.invoices.events import InvoiceIssued
from app.runtime.db.session import ReadSession
from app.runtime.jobs.handlers import Handlers, Outgoing, Work
from app.runtime.resources import Resources

handlers = Handlers()


@handlers.deliver("invoices.tell_issued", InvoiceIssued)
async def tell_issued(session: ReadSession, event: InvoiceIssued, work: Work) -> list[Outgoing]:
    """To the customer whose e-mail address is known; the paper itself is fetched with a sign-in."""
    invoice = await service.show_invoice(session, event.invoice_id)
    seller = invoice.document["seller"]
    address = await bookings.contact_email(session, invoice.booking_id)
    if address is None:
        return []
    text = (
        f"{seller['name']} has issued invoice {invoice.number} over {invoice.total} {invoice.currency}, "
        f"due on {invoice.due_on}.\n\nSign in to read it and to get the PDF.\n"
    )
    return [work.mail(address, f"Invoice {invoice.number} of {seller['name']}", text)]


@handlers.every("invoices.forget_parties", seconds=86_400)
async def forget_parties(resources: Resources) -> None:
    """Invoices whose term is over say no more who was moved."""
    await service.forget_old_parties(resources)


@handlers.every("invoices.reseal", seconds=3_600)
async def reseal(resources: Resources) -> None:
    """After a change of the sealing key: nobody on an invoice is left that needs the former one."""
    await service.reseal_parties(resources)
