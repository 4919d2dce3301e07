from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.money import money_out
from app.kernel.paging import Page, cut
from app.kernel.ports.documents import InvoiceDocument
from app.modules.bookings.public import BookingNotFound, ContactErased, IllegalStep
from app.modules.calendar.public import ResourceNotFound, SlotTaken
from app.modules.invoices import service
from app.modules.invoices.access import InvoicesRead, InvoicesWrite, TakesBack
from app.modules.invoices.errors import AlreadyInvoiced, BookingNotCompleted, InvoiceNotFound
from app.modules.invoices.models import Invoice
from app.modules.invoices.schemas import (
    InvoiceExplainOut,
    InvoiceLineOut,
    InvoiceOut,
    InvoiceSummary,
    TakeBackIn,
    TakenBackOut,
)
from app.modules.pricing.public import price_out
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write, identity_of

router = APIRouter(prefix="/v1", tags=["invoices"], route_class=IdempotentRoute)
# What is done to a booking, and asks here whether it was billed.
of_bookings = APIRouter(prefix="/v1", tags=["bookings"], route_class=IdempotentRoute)


def summary_of(row: Any) -> dict[str, Any]:
    total = money_out(row.total, row.currency)
    return {
        "id": row.id,
        "number": row.number,
        "status": row.status,
        "organization_id": row.org_id,
        "booking_id": row.booking_id,
        "issued_at": row.issued_at,
        "due_on": row.due_on,
        "total": total,
        "amount_due": total,
    }


def invoice_out(invoice: Invoice) -> InvoiceOut:
    document = InvoiceDocument.model_validate(invoice.document)
    currency = invoice.currency
    lines = [
        InvoiceLineOut(
            description=line.description,
            quantity=None if line.quantity is None else format(line.quantity, "f"),
            unit=line.unit,
            unit_price=None if line.unit_price is None else format(line.unit_price, "f"),
            amount=money_out(line.amount, currency),
        )
        for line in document.lines
    ]
    return InvoiceOut(
        **summary_of(invoice),
        lines=lines,
        subtotal=money_out(invoice.subtotal, currency),
        tax=money_out(invoice.tax, currency),
        sha256=invoice.sha256,
    )


@router.post(
    "/bookings/{booking_id}/invoice",
    status_code=201,
    responses=problems(BookingNotFound, BookingNotCompleted, AlreadyInvoiced),
)
async def issue_invoice(booking_id: UUID, actor: InvoicesWrite, session: Write) -> InvoiceOut:
    """Issue the invoice of a completed booking. For the office and accountants."""
    return invoice_out(await service.issue_invoice(session, actor, booking_id))


@of_bookings.post(
    "/bookings/{booking_id}/take-back",
    responses=problems(BookingNotFound, ContactErased, AlreadyInvoiced, IllegalStep, SlotTaken, ResourceNotFound),
)
async def take_back(booking_id: UUID, body: TakeBackIn, actor: TakesBack, session: Write) -> TakenBackOut:
    """It was not completed, or before its day not begun: undo what was reported. For owners and managers."""
    status = await service.take_back(session, actor, booking_id, body.reason)
    return TakenBackOut(booking_id=booking_id, status=status)


@router.get("/invoices", responses=problems(CursorRefused))
async def list_invoices(
    query: PlainListQuery, actor: InvoicesRead, pager: Paging, session: Read, response: Response
) -> Page[InvoiceSummary]:
    """Your company's invoices, or a customer's own, the newest first. For the office, accountants and customers."""
    rows = await service.list_invoices(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda row: (row.issued_at.isoformat(), row.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[InvoiceSummary(**summary_of(row)) for row in page], next_cursor=cursor)


@router.get("/invoices/{invoice_id}", responses=problems(InvoiceNotFound))
async def show_invoice(invoice_id: UUID, actor: InvoicesRead, session: Read) -> InvoiceOut:
    """One invoice. For the office, accountants and its customer."""
    return invoice_out(await service.show_invoice(session, invoice_id))


@router.get("/invoices/{invoice_id}/explain", responses=problems(InvoiceNotFound, BookingNotFound))
async def explain_invoice(invoice_id: UUID, actor: InvoicesRead, session: Read) -> InvoiceExplainOut:
    """What each line was made of: inputs, version and rules. For the office, accountants and its customer."""
    invoice, explained = await service.explain_invoice(session, invoice_id)
    final = explained.final or explained.promised
    return InvoiceExplainOut(
        invoice_id=invoice.id,
        booking_id=invoice.booking_id,
        pricing_config_id=explained.pricing_config_id,
        config_version=final["config_version"],
        inputs=explained.final_inputs,
        promised_inputs=explained.promised_inputs,
        promised=price_out(explained.promised),
        billed=price_out(final),
    )


@router.get(
    "/invoices/{invoice_id}/pdf",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **problems(InvoiceNotFound)},
)
async def print_invoice(invoice_id: UUID, actor: InvoicesRead, request: Request) -> Response:
    """The invoice on paper, the same bytes each time. For the office, accountants and its customer."""
    resources = resources_of(request)
    number, pdf = await service.render_invoice(resources.database, resources.ports, identity_of(request), invoice_id)
    headers = {"Content-Disposition": f'attachment; filename="invoice-{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
