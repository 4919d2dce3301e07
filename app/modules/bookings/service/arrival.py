"""When in its window a crew is to come: what is kept for a job is as long as the work from then on."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.localtime import to_instant
from app.kernel.versions import check_version
from app.modules.audit.public import fields_of
from app.modules.bookings import rules
from app.modules.bookings.errors import NoArrivalWindow
from app.modules.bookings.events import BookingArrivalPlanned
from app.modules.bookings.models import Booking
from app.modules.bookings.service.asks import ask_of
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.calendar import public as calendar
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit

OUTSIDE = "must lie in the arrival window that was promised"
PAST = "must not lie in the past"


async def plan_arrival(
    session: WriteSession, actor: Mover, booking_id: UUID, arrives_at: datetime, version: int | None
) -> Booking:
    """Plan a booking's arrival within the window that it was promised for. Trucks, people and pieces are kept from then
    on for as long as the work takes, and free for others in the rest of the window; planned anew, they are kept there
    if they still are free. The promise stays. The hour that it is planned for already changes nothing.

    Locks: the booking row, then its resources in id order.
    Raises: BookingNotFound (404), PreconditionFailed (412), IllegalStep (409), NoArrivalWindow (409), LocalTimeRefused
    (422), WindowRefused (422), SlotTaken (409), ResourceNotFound (404).
    Emits: booking.arrival_planned.
    """
    booking = await lock_as(session, actor, booking_id)
    check_version(booking.version, version)
    rules.check_reschedule(booking.status, actor.kind)
    if booking.arrives_until is None or booking.legs is not None:
        raise NoArrivalWindow
    instant = to_instant(arrives_at, booking.pickup_zone, pointer="/arrives_at")
    if instant == booking.planned_arrival_at:
        return booking
    if not booking.starts_at <= instant <= booking.arrives_until:
        raise calendar.WindowRefused(OUTSIDE, faults=(Fault("/arrives_at", "outside_arrival_window", OUTSIDE),))
    if instant < actor.now:
        raise calendar.WindowRefused(PAST, faults=(Fault("/arrives_at", "window_past", PAST),))
    told = Told("bookings.arrival_planned", fields_of(booking, ("planned_arrival_at",)))
    booking.planned_arrival_at = instant
    team = [*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids]
    await calendar.swap(session, ask_of(booking, actor), team, team)
    note = f"Arrival planned for {instant.isoformat()}."
    await write_step(session, booking, actor, came_from=booking.status, note=note, told=told)
    emit(session, BookingArrivalPlanned(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking
