from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import fields_of
from app.modules.bookings import rules
from app.modules.bookings.events import BookingAssigned
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import AssignIn
from app.modules.bookings.service.asks import ask_of, leg_ask
from app.modules.bookings.service.eligibility import check_papers, trip_of
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit

TEAM: Final = ("truck_ids", "driver_ids", "equipment_ids")
Taking = Callable[[calendar.Ask], Awaitable[list[calendar.ResourceSpec]]]


async def assign_booking(session: WriteSession, actor: Mover, booking_id: UUID, body: AssignIn) -> Booking:
    """Give a confirmed booking, or one leg of it, these trucks and people instead of those it has, all or none.

    Locks: the booking row, then the old and the new resources in id order.
    Raises: BookingNotFound (404), ResourceNotFound (404), IllegalStep (409), HasLegs (409), LegNotFound (422),
    SlotTaken (409), CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409), PapersEndBefore (409).
    Emits: booking.assigned.
    """
    booking = await lock_as(session, actor, booking_id)
    legs, number = rules.legs_from_json(booking.legs or ()), None
    if booking.legs is not None or body.leg is not None:
        number = rules.leg_at(legs, body.leg)
    had = booking.equipment_ids if number is None else legs[number].equipment_ids
    pieces = had if body.equipment_ids is None else body.equipment_ids
    named = list(dict.fromkeys((*body.truck_ids, *body.driver_ids, *pieces)))
    if number is not None:
        take = partial(calendar.swap_leg, session, old=leg_ask(booking, number), new_ids=named)
        await give_leg(session, actor, booking, number, take, equipment_ids=pieces)
    else:
        old = (*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids)
        take = partial(calendar.swap, session, old_ids=old, new_ids=named)
        await give_team(session, actor, booking, take, equipment_ids=pieces)
    return booking


async def give_team(
    session: WriteSession, actor: Mover, booking: Booking, take: Taking, *, equipment_ids: Sequence[UUID]
) -> None:
    """Write down that a locked booking is assigned the trucks and people, and these pieces of equipment, that `take`
    takes for it.

    Raises: IllegalStep (409), ResourceNotFound (404), CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409),
    PapersEndBefore (409), and what `take` raises.
    Emits: booking.assigned.
    """
    came_from = booking.status
    booking.status = rules.move(came_from, to=BookingStatus.ASSIGNED, by=actor.kind)
    had = fields_of(booking, TEAM)
    ask = ask_of(booking, actor)
    resources = await take(ask)
    rules.check_equipment(equipment_ids, resources)
    booking.equipment_ids = rules.equipment_in(resources)
    booking.truck_ids, booking.driver_ids = rules.check_named(resources, vars(booking))
    await check_papers(session, ask, trip_of(vars(booking)), resources)
    await write_step(session, booking, actor, came_from=came_from, told=Told(before=had))
    emit(session, BookingAssigned(org_id=booking.org_id, booking_id=booking.id), now=actor.now)


async def give_leg(
    session: WriteSession, actor: Mover, booking: Booking, number: int, take: Taking, *, equipment_ids: Sequence[UUID]
) -> None:
    """As `give_team`, for one leg of a move of several days; the others keep theirs, and together they do the job."""
    legs, old = rules.legs_from_json(booking.legs or ()), leg_ask(booking, number)
    came_from = booking.status
    booking.status = rules.assign_leg(came_from, legs[number], by=actor.kind, now=actor.now)
    told = Told("bookings.assigned", fields_of(booking, (*TEAM, "legs")))
    left = rules.left_to_come(old.window, booking.status, booking.arrives_until, actor.now)
    ask = replace(ask_of(booking, actor), window=left or old.window, stops=old.stops)
    resources = await take(ask)
    rules.check_equipment(equipment_ids, resources)
    known = {one.id: one for one in await calendar.list_resources(session, booking.org_id)}
    rules.check_leg([known[one] for one in old.resource_ids if one in known], resources, booking.volume_cuft)
    trucks, people = rules.apart(resources)
    pieces = tuple(rules.equipment_in(resources))
    legs[number] = replace(legs[number], truck_ids=trucks, driver_ids=people, equipment_ids=pieces, is_assigned=True)
    for name, ids in rules.everybody_of(legs).items():
        setattr(booking, name, ids)
    everybody = (*booking.truck_ids, *booking.driver_ids)
    rules.check_load([known[one] for one in everybody if one in known], vars(booking))
    booking.legs = rules.legs_to_json(legs)
    await check_papers(session, ask, trip_of(vars(booking)), resources)
    note = f"Another team for leg {number + 1}, {legs[number].kind}."
    await write_step(session, booking, actor, came_from=came_from, note=note, told=told)
    emit(session, BookingAssigned(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
