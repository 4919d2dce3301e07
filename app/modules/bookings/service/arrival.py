"""When in its window a crew is to come: what is kept for a job is as long as the work from then on."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.localtime import local_words, rfc3339, to_instant
from app.kernel.versions import check_version
from app.modules.audit.public import fields_of
from app.modules.bookings import rules
from app.modules.bookings.errors import NoArrivalWindow, OutsideArrivalWindow
from app.modules.bookings.events import BookingArrivalPlanned
from app.modules.bookings.models import Booking
from app.modules.bookings.service.asks import ask_of
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.calendar import public as calendar
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit

POINTER: Final = "/arrives_at"
PAST: Final = ("The arrival", "must not lie in the past")
OVER: Final = ("The arrival window", "is over: the crew could not come in it any more")


async def plan_arrival(
    session: WriteSession, actor: Mover, booking_id: UUID, arrives_at: datetime | None, version: int | None
) -> Booking:
    """Plan a booking's arrival within the window that it was promised for. Trucks, people and pieces are kept from then
    on for as long as the work takes, and free for others in the rest of the window; planned anew, they are kept there
    if they still are free. None takes the planning back: all of the window is kept again, if it still is free. The
    promise stays. What it is planned for already changes nothing.

    Locks: the booking row, then its resources in id order.
    Raises: BookingNotFound (404), PreconditionFailed (412), IllegalStep (409), NoArrivalWindow (409), LocalTimeRefused
    (422), OutsideArrivalWindow (422), WindowRefused (422), SlotTaken (409), ResourceNotFound (404).
    Emits: booking.arrival_planned.
    """
    booking = await lock_as(session, actor, booking_id)
    check_version(booking.version, version)
    rules.check_reschedule(booking.status, actor.kind)
    if booking.arrives_until is None or booking.legs is not None:
        raise NoArrivalWindow
    zone = booking.pickup_zone
    instant = None if arrives_at is None else to_instant(arrives_at, zone, pointer=POINTER)
    if instant == booking.planned_arrival_at:
        return booking
    _check(instant, calendar.Window(booking.starts_at, booking.arrives_until), zone, actor.now)
    told = Told("bookings.arrival_planned", fields_of(booking, ("planned_arrival_at",)))
    booking.planned_arrival_at, booking.time_told_at = instant, actor.now
    team = [*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids]
    await calendar.swap(session, ask_of(booking, actor), team, team)
    note = f"Arrival planned for {local_words(instant, zone)}." if instant else "No arrival is planned any more."
    await write_step(session, booking, actor, came_from=booking.status, note=note, told=told)
    event = BookingArrivalPlanned(org_id=booking.org_id, booking_id=booking.id, planned_arrival_at=instant)
    emit(session, event, now=actor.now)
    return booking


def _check(instant: datetime | None, window: calendar.Window, zone: str, now: datetime) -> None:
    """`instant`: None to have all of the window again, as long as it is not over.

    Raises: OutsideArrivalWindow (422), WindowRefused (422).
    """
    if instant is not None and not window.starts_at <= instant <= window.ends_at:
        words = f"from {local_words(window.starts_at, zone)} to {local_words(window.ends_at, zone)}"
        sentence = f"must lie in the arrival window that was promised, {words}"
        raise OutsideArrivalWindow(
            f"The arrival {sentence}.",
            faults=(Fault(POINTER, OutsideArrivalWindow.code, sentence),),
            from_at=rfc3339(window.starts_at),
            until=rfc3339(window.ends_at),
        )
    if (instant or window.ends_at) < now:
        what, sentence = PAST if instant else OVER
        raise calendar.WindowRefused(f"{what} {sentence}.", faults=(Fault(POINTER, "window_past", sentence),))
