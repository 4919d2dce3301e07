from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import fields_of
from app.modules.bookings import rules
from app.modules.bookings.errors import HasLegs
from app.modules.bookings.events import BookingAssigned
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import AssignIn
from app.modules.bookings.service.eligibility import check_trucks, trip_of
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit

Taking = Callable[[calendar.Ask], Awaitable[list[calendar.ResourceSpec]]]


async def assign_booking(session: WriteSession, actor: Mover, booking_id: UUID, body: AssignIn) -> Booking:
    """Give a confirmed booking these trucks and people instead of those it has, all or none.

    Locks: the booking row, then the old and the new resources in id order.
    Raises: BookingNotFound (404), ResourceNotFound (404), IllegalStep (409), HasLegs (409), SlotTaken (409),
    CrewIncomplete (409), TruckTooSmall (409), PapersEndBefore (409) for a truck without its papers.
    Emits: booking.assigned.
    """
    booking = await lock_as(session, actor, booking_id)
    if booking.legs is not None:
        raise HasLegs
    old = (*booking.truck_ids, *booking.driver_ids)
    named = list(dict.fromkeys((*body.truck_ids, *body.driver_ids)))
    await give_team(session, actor, booking, lambda ask: calendar.swap(session, ask, old, named))
    return booking


async def give_team(session: WriteSession, actor: Mover, booking: Booking, take: Taking) -> None:
    """Write down that a locked booking is assigned the trucks and people that `take` takes for it.

    Raises: IllegalStep (409), CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409), PapersEndBefore (409), and
    what `take` raises.
    Emits: booking.assigned.
    """
    came_from = booking.status
    booking.status = rules.move(came_from, to=BookingStatus.ASSIGNED, by=actor.kind)
    ask = calendar.Ask(
        org_id=booking.org_id,
        source_id=booking.id,
        window=calendar.Window(booking.starts_at, booking.ends_at),
        zone=booking.pickup_zone,
        now=actor.now,
        stops=rules.stops_of(booking.origin, booking.destination),
        within_limits=False,
    )
    had = fields_of(booking, ("truck_ids", "driver_ids"))
    resources = await take(ask)
    booking.truck_ids, booking.driver_ids = rules.check_named(resources, vars(booking))
    await check_trucks(session, ask, trip_of(vars(booking)), resources)
    await write_step(session, booking, actor, came_from=came_from, told=Told(before=had))
    await emit(session, BookingAssigned(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
