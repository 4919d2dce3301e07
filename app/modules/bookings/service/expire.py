from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.kernel.actor import System
from app.modules.bookings import repository, rules
from app.modules.bookings.events import BookingExpired
from app.modules.bookings.service.steps import lock_as, write_step
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


async def list_dead_holds(session: ReadSession, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """(company, booking) of holds past their time, across companies: ids and nothing else."""
    return [(row.org_id, row.booking_id) for row in await repository.list_dead_holds(session, now, limit)]


async def expire_hold(session: WriteSession, actor: System, org_id: UUID, booking_id: UUID) -> bool:
    """Write down that one hold has expired, in its company's own transaction; whether it still had to be.

    The window has been free since the minute it expired: this only tidies up.
    Locks: the booking row, then its reservations. Raises: BookingNotFound (404). Emits: booking.expired.
    """
    booking = await lock_as(session, actor, booking_id, org_id)
    came_from = booking.status
    is_dead = rules.as_of(came_from, booking.hold_expires_at, actor.now) is BookingStatus.EXPIRED
    if came_from is not BookingStatus.HELD or not is_dead:
        return False
    booking.status = BookingStatus.EXPIRED
    booking.hold_expires_at = None
    await calendar.release(session, booking.org_id, booking.id)
    await write_step(session, booking, actor, came_from=came_from)
    emit(session, BookingExpired(org_id=org_id, booking_id=booking.id), now=actor.now)
    return True
