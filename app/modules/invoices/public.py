"""What other modules may ask of invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.modules.bookings import public as bookings
from app.modules.invoices import repository, rules, service
from app.modules.invoices.values import KeptInvoice
from app.modules.pricing.public import Finding, Repriced
from app.runtime.db.session import ReadSession
from app.runtime.db.walk import Walk

__all__ = ["KeptInvoice", "bookings_of_number", "kept_invoices", "personal_data", "reprice_invoices"]


async def personal_data(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """Every invoice of the customer, each with its `parties`: who was moved, and from which door to which. As the
    customer. They are not erased: the law has the company keep them for a term, which takes them away at its end.
    """
    return await service.personal_data(session, customer_id)


async def kept_invoices(session: ReadSession, customer_id: UUID, years: int) -> Sequence[KeptInvoice]:
    """The invoices that say who the customer is, with the last day on which they do; `years`: the term. As the
    customer.
    """
    return await service.kept_invoices(session, customer_id, years)


async def bookings_of_number(session: ReadSession, number: str) -> set[tuple[UUID, UUID]]:
    """For staff: (company, booking) of the invoices of this number; each company has a series of its own. The latest
    fifty.
    """
    return await repository.list_bookings_of_number(session, number)


async def reprice_invoices(session: ReadSession, walk: Walk) -> Repriced:
    """The next invoices of the walk, each beside what its booking's final price gives. As staff."""
    rows = await repository.list_billed(session, walk)
    final = await bookings.final_prices(session, {(row.org_id, row.booking_id) for row in rows})
    found = (
        Finding("invoice", row.org_id, row.id, moved)
        for row in rows
        if (moved := rules.find_moved(row.document, row._asdict(), final.get(row.booking_id)))
    )
    return Repriced(len(rows), tuple(found), (rows[-1].org_id, rows[-1].id) if rows else None)
