"""No-shows that companies dispute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
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


async def clear_dispute(session: WriteSession, org_id: UUID, booking_id: UUID) -> None:
    """Take out what was written about the customer; what was decided stays."""
    query = sa.update(NoShowDispute).where(NoShowDispute.org_id == org_id, NoShowDispute.booking_id == booking_id)
    await session.execute(query.values(note=None, reason=None))
