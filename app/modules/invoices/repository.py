from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.paging import PageRequest
from app.modules.invoices.models import Invoice, InvoiceCounter, InvoiceParties
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.walk import Walk

INVOICES = table_of(Invoice)
PARTIES = table_of(InvoiceParties)
FORGOTTEN_AT_ONCE: Final = 500
MOST_FOUND: Final = 50


async def take_number(session: WriteSession, org_id: UUID, series: str) -> int:
    """The next number of the series. Its row stays locked to the end: who rolls back gives it back."""
    query = (
        pg.insert(InvoiceCounter)
        .values(org_id=org_id, series=series, last_number=1)
        .on_conflict_do_update(
            index_elements=["org_id", "series"], set_={"last_number": InvoiceCounter.last_number + 1}
        )
        .returning(InvoiceCounter.last_number)
    )
    return (await session.execute(query)).scalar_one()


async def insert_invoice(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(sa.insert(Invoice).values(**row))


async def insert_parties(session: WriteSession, parties: InvoiceParties) -> None:
    session.add(parties)
    await session.flush()


async def get_sealed_parties(session: ReadSession, invoice_id: UUID) -> bytes | None:
    """None: forgotten, or not the caller's to see."""
    query = sa.select(InvoiceParties.sealed_parties).where(InvoiceParties.id == invoice_id)
    return (await session.execute(query)).scalar_one_or_none()


async def forget_parties(session: WriteSession, org_id: UUID, before: datetime, now: datetime) -> bool:
    """Of a batch of a company's invoices that were issued before an instant; whether there may be more."""
    old = (
        sa.select(InvoiceParties.id)
        .join(Invoice, sa.and_(Invoice.org_id == InvoiceParties.org_id, Invoice.id == InvoiceParties.id))
        .where(InvoiceParties.org_id == org_id, InvoiceParties.forgotten_at.is_(None), Invoice.issued_at < before)
        .limit(FORGOTTEN_AT_ONCE)
    )
    forget = sa.update(InvoiceParties).where(InvoiceParties.org_id == org_id, InvoiceParties.id.in_(old))
    forget = forget.values(sealed_parties=None, forgotten_at=now).returning(InvoiceParties.id)
    done = await session.execute(forget.execution_options(synchronize_session=False))
    return len(done.all()) == FORGOTTEN_AT_ONCE


async def list_kept(session: ReadSession, customer_id: UUID) -> Sequence[AnyRow]:
    """The customer's invoices that still say who was moved, the oldest first."""
    query = (
        sa.select(Invoice.id, Invoice.number, Invoice.org_id, Invoice.issued_at)
        .join(InvoiceParties, sa.and_(InvoiceParties.org_id == Invoice.org_id, InvoiceParties.id == Invoice.id))
        .where(InvoiceParties.customer_id == customer_id, InvoiceParties.forgotten_at.is_(None))
    )
    return (await session.execute(query.order_by(Invoice.issued_at, Invoice.id))).all()


async def exists_of_booking(session: ReadSession, org_id: UUID, booking_id: UUID) -> bool:
    query = sa.select(sa.exists().where(Invoice.org_id == org_id, Invoice.booking_id == booking_id))
    return (await session.execute(query)).scalar_one()


async def get_invoice(session: ReadSession, invoice_id: UUID) -> Invoice | None:
    """By id alone: the policies show a member its company's, a customer their own."""
    return (await session.execute(sa.select(Invoice).where(Invoice.id == invoice_id))).scalar_one_or_none()


async def list_bookings_of_number(session: ReadSession, number: str) -> set[tuple[UUID, UUID]]:
    query = sa.select(Invoice.org_id, Invoice.booking_id).where(Invoice.number == number)
    query = query.order_by(Invoice.issued_at.desc()).limit(MOST_FOUND)
    return {(row.org_id, row.booking_id) for row in await session.execute(query)}


SUMMARY = (
    Invoice.id,
    Invoice.number,
    Invoice.status,
    Invoice.org_id,
    Invoice.booking_id,
    Invoice.issued_at,
    Invoice.due_on,
    Invoice.total,
    Invoice.currency,
)


async def list_invoices(
    session: ReadSession, page: PageRequest, *, org_id: UUID | None, customer_id: UUID | None
) -> Sequence[AnyRow]:
    """The newest first, one row more than the page. One of the two owners is given."""
    owner = Invoice.org_id == org_id if org_id is not None else Invoice.customer_id == customer_id
    query = sa.select(*SUMMARY).where(owner)
    if page.after is not None:
        issued_at, last_id = datetime.fromisoformat(page.after[0]), UUID(page.after[1])
        query = query.where(sa.tuple_(Invoice.issued_at, Invoice.id) < sa.tuple_(issued_at, last_id))
    query = query.order_by(Invoice.issued_at.desc(), Invoice.id.desc()).limit(page.limit + 1)
    return (await session.execute(query)).all()


async def list_rows_of_customer(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """The whole rows, for the customer's own transaction."""
    query = sa.select(INVOICES).where(INVOICES.c.customer_id == customer_id).order_by(INVOICES.c.id)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def list_parties_of_customer(session: ReadSession, customer_id: UUID) -> dict[UUID, dict[str, Any]]:
    """The whole rows by invoice, for the customer's own transaction."""
    query = sa.select(PARTIES).where(PARTIES.c.customer_id == customer_id)
    return {row["id"]: dict(row) for row in (await session.execute(query)).mappings()}


BILLED = sa.select(
    *(
        INVOICES.c[name]
        for name in ("org_id", "id", "booking_id", "document", "subtotal", "tax", "total", "currency", "sha256")
    )
)


async def list_billed(session: ReadSession, walk: Walk) -> Sequence[AnyRow]:
    """The next invoices of a walk over all companies, with what stands on them."""
    return (await session.execute(walk.step(BILLED, INVOICES, INVOICES.c.issued_at))).all()
