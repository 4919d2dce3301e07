"""What a company kept of what it promised."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import ActorKind
from app.modules.bookings.models import Booking, BookingStep, NoShowDispute
from app.modules.bookings.values import BookingStatus, DisputeOutcome, Party
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession

COMPANYS = (ActorKind.MOVER, ActorKind.API_KEY)
CANCELLED = Booking.status == BookingStatus.CANCELLED
CANCELLED_BY_COMPANYS_HAND = sa.exists().where(
    BookingStep.org_id == Booking.org_id,
    BookingStep.booking_id == Booking.id,
    BookingStep.to_status == BookingStatus.CANCELLED,
    BookingStep.actor_kind.in_(COMPANYS),
)


# A report whose dispute staff have accepted counts against nobody.
STANDS = ~sa.exists().where(
    NoShowDispute.org_id == Booking.org_id,
    NoShowDispute.booking_id == Booking.id,
    NoShowDispute.outcome == DisputeOutcome.ACCEPTED,
)


async def count_promises(session: ReadSession, org_id: UUID, since: datetime) -> AnyRow:
    """Of the customers' jobs confirmed since then: `kept`, `cancelled`, `missed` and `called_off`."""
    by_company = Booking.ended_by == Party.COMPANY
    called_off = sa.and_(CANCELLED, Booking.ended_by == Party.CUSTOMER, CANCELLED_BY_COMPANYS_HAND)
    count = sa.func.count()
    query = sa.select(
        count.filter(Booking.status == BookingStatus.COMPLETED).label("kept"),
        count.filter(CANCELLED, by_company).label("cancelled"),
        count.filter(Booking.status == BookingStatus.NO_SHOW, by_company, STANDS).label("missed"),
        count.filter(called_off).label("called_off"),
    ).where(
        Booking.org_id == org_id,
        Booking.quote_id.is_not(None),
        Booking.confirmed_at >= since,
        # As a job lies ahead when it is confirmed: the index has its start.
        Booking.starts_at >= since,
    )
    return (await session.execute(query)).one()
