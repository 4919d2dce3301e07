"""What was reported by mistake is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import fields_of
from app.modules.bookings import repository, rules
from app.modules.bookings.events import BookingProgressed
from app.modules.bookings.models import Booking
from app.modules.bookings.service.asks import ask_of, leg_ask
from app.modules.bookings.service.contacts import require_remembered
from app.modules.bookings.service.doors import ask_again
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.modules.pricing import public as pricing
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def take_back(session: WriteSession, actor: Mover, booking_id: UUID, reason: str) -> BookingStatus:
    """Bring a booking back to where it stood before it was reported completed or, before the day of its pickup, before
    it was reported at all, and tell where that is: without a final price, with the rest of its window again. Nobody has
    been billed for it: the caller knows.

    Locks: the booking row, then its resources in id order.
    Raises: BookingNotFound (404), ContactErased (409), IllegalStep (409), SlotTaken (409) or ResourceNotFound (404)
    where the rest of its window is somebody else's by now.
    Emits: booking.progressed.
    """
    booking = await lock_as(session, actor, booking_id)
    require_remembered(booking)
    came_from = booking.status
    steps = await repository.list_steps(session, booking.org_id, booking_id)
    is_early = rules.is_before_its_day(booking.starts_at, booking.pickup_zone, actor.now)
    before = {step.to_status: step.from_status for step in steps if step.to_status != step.from_status}
    told = Told("bookings.taken_back", fields_of(booking, ("final_price", "completed_at")))
    booking.status = rules.taken_back(came_from, before, is_early=is_early)
    if came_from is BookingStatus.COMPLETED:
        booking.completed_at = booking.actuals = booking.final_price = None
        await pricing.forget_job(session, booking.org_id, booking.id, actor.now)
        if not is_early:
            await _take_rest(session, booking, actor)
    if is_early:
        booking.started_at = None
    await ask_again(session, booking)
    await write_step(session, booking, actor, came_from=came_from, note=reason, told=told)
    emit(session, BookingProgressed(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking.status


async def _take_rest(session: WriteSession, booking: Booking, actor: Mover) -> None:
    # One that was completed before its day has all of this still.
    await calendar.give_back(session, booking.org_id, booking.id, actor.now)
    for ask, ids in _rest(booking, actor):
        await calendar.reserve_named(session, ask, ids)


def _rest(booking: Booking, actor: Mover) -> Iterator[tuple[calendar.Ask, tuple[UUID, ...]]]:
    """What is left of it, or of each of its legs, from now on, and for whom."""
    whole = ask_of(booking, actor)
    parts = [(whole.window, whole.stops, (*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids))]
    if booking.legs is not None:
        legs = (leg_ask(booking, number) for number in range(len(booking.legs)))
        parts = [(leg.window, leg.stops, leg.resource_ids) for leg in legs]
    for window, stops, ids in parts:
        rest = calendar.Window(max(window.starts_at, actor.now), window.ends_at)
        if rest.length >= calendar.SHORTEST_WINDOW:
            yield replace(whole, window=rest, stops=stops), ids
