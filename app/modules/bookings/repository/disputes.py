"""No-shows that companies dispute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.bookings.models import Booking, BookingStep, NoShowDispute
from app.modules.bookings.values import BookingStatus
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession


async def get_dispute(session: ReadSession, org_id: UUID, booking_id: UUID) -> NoShowDispute | None:
    query = sa.select(NoShowDispute).where(NoShowDispute.org_id == org_id, NoShowDispute.booking_id == booking_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_dispute(session: WriteSession, dispute_id: UUID) -> NoShowDispute | None:
    """For staff, who are told no company."""
    query = sa.select(NoShowDispute).where(NoShowDispute.id == dispute_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_waiting_disputes(session: ReadSession, page: PageRequest) -> Sequence[AnyRow]:
    """Of all companies, for staff: the oldest first; one more than the page holds."""
    step = (
        sa.select(BookingStep.at, BookingStep.note)
        .where(
            BookingStep.org_id == NoShowDispute.org_id,
            BookingStep.booking_id == NoShowDispute.booking_id,
            BookingStep.to_status == BookingStatus.NO_SHOW,
        )
        .order_by(BookingStep.at.desc())
        .limit(1)
        .lateral()
    )
    query = (
        sa.select(
            NoShowDispute.id,
            NoShowDispute.org_id,
            NoShowDispute.booking_id,
            NoShowDispute.disputed_at,
            NoShowDispute.note,
            Booking.reference,
            Booking.pickup_zone,
            Booking.starts_at,
            Booking.arrives_until,
            step.c.at.label("reported_at"),
            step.c.note.label("report_note"),
        )
        .join(Booking, sa.and_(Booking.org_id == NoShowDispute.org_id, Booking.id == NoShowDispute.booking_id))
        .join(step, sa.true())
        .where(NoShowDispute.outcome.is_(None))
        .order_by(NoShowDispute.disputed_at, NoShowDispute.id)
        .limit(page.limit + 1)
    )
    if page.after is not None:
        at, after = page.after
        place = sa.tuple_(NoShowDispute.disputed_at, NoShowDispute.id)
        query = query.where(place > (datetime.fromisoformat(at), UUID(after)))
    return (await session.execute(query)).all()


async def insert_dispute(session: WriteSession, row: Mapping[str, Any]) -> NoShowDispute:
    """Of the columns that are the company's to write."""
    query = sa.insert(NoShowDispute).values(**row).returning(NoShowDispute)
    return (await session.execute(query)).scalar_one()


async def clear_dispute(session: WriteSession, org_id: UUID, booking_id: UUID) -> None:
    """Take out what was written about the customer, and leave what was decided. Of one that waits, what staff have to
    read stays until they have.
    """
    is_of = sa.and_(NoShowDispute.org_id == org_id, NoShowDispute.booking_id == booking_id)
    await session.execute(_cleared(is_of, NoShowDispute.outcome.is_not(None)))


async def clear_disputes_of_erased(session: WriteSession, org_id: UUID, decided_before: datetime) -> None:
    """Of a company's bookings whose customers have gone: what was decided by then."""
    is_erased = sa.exists().where(
        Booking.org_id == NoShowDispute.org_id,
        Booking.id == NoShowDispute.booking_id,
        Booking.sealed_contact.is_(None),
    )
    is_told = NoShowDispute.decided_at < decided_before
    is_written = sa.or_(NoShowDispute.note.is_not(None), NoShowDispute.reason.is_not(None))
    await session.execute(_cleared(NoShowDispute.org_id == org_id, is_told, is_written, is_erased))


def _cleared(*conditions: sa.ColumnElement[bool]) -> sa.Update:
    query = sa.update(NoShowDispute).where(*conditions).values(note=None, reason=None)
    return query.execution_options(synchronize_session=False)
