from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Customer, Mover
from app.modules.bookings import rules
from app.modules.bookings.errors import HoldExpired
from app.modules.bookings.events import BookingCancelled
from app.modules.bookings.models import Booking
from app.modules.bookings.service.steps import lock_as, write_step
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def cancel_booking(session: WriteSession, actor: Mover | Customer, booking_id: UUID, reason: str) -> Booking:
    """Cancel a booking: its trucks and crew are free at once.

    Locks: the booking row, then its reservations.
    Raises: BookingNotFound (404), IllegalStep (409), HoldExpired (409).
    Emits: booking.cancelled.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    if rules.as_of(came_from, booking.hold_expires_at, actor.now) is BookingStatus.EXPIRED:
        raise HoldExpired
    booking.status = rules.move(came_from, to=BookingStatus.CANCELLED, by=actor.kind)
    booking.hold_expires_at = None
    booking.cancelled_at = actor.now
    booking.cancellation_reason = reason
    await calendar.release(session, booking.org_id, booking.id)
    await write_step(session, booking, actor, came_from=came_from, note=reason)
    await emit(session, BookingCancelled(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking
