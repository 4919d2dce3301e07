from __future__ import annotations

from typing import Any
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.signing import Signer
from app.modules.bookings import rules
from app.modules.bookings.errors import CurrencyMismatch, DoorCodeWrong
from app.modules.bookings.events import BookingCompleted, BookingProgressed, BookingStarted
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import CompleteIn, StepIn, report_of
from app.modules.bookings.service.doors import pass_door
from app.modules.bookings.service.history import Work
from app.modules.bookings.service.steps import lock_as, write_step
from app.modules.bookings.values import BookingStatus, Report
from app.modules.calendar import public as calendar
from app.modules.pricing import public as pricing
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def start_booking(session: WriteSession, actor: Mover, booking_id: UUID, body: StepIn | None) -> Booking:
    """The truck is on its way.

    Locks: the booking row. Raises: BookingNotFound (404), IllegalStep (409). Emits: booking.started.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    booking.status = rules.move(came_from, to=BookingStatus.EN_ROUTE, by=actor.kind)
    booking.started_at = actor.now
    told = report_of(booking.status, body)
    await write_step(session, booking, actor, came_from=came_from, report=told)
    emit(session, BookingStarted(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


async def advance_booking(
    session: WriteSession, pepper: Signer, actor: Mover, booking_id: UUID, report: Report
) -> Booking | DoorCodeWrong:
    """A step of the day: arrived, loading, in transit, unloading. A wrong code is told, so that it stays counted.

    Locks: the booking row.
    Raises: BookingNotFound (404), IllegalStep (409), DoorCodeRequired (422), DoorCodeLocked (409).
    Emits: booking.progressed.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    to = rules.move(came_from, to=report.to, by=actor.kind)
    refused = await pass_door(session, pepper, actor, booking, report)
    if refused is not None:
        return refused
    booking.status = to
    await write_step(session, booking, actor, came_from=came_from, report=report)
    emit(session, BookingProgressed(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


async def complete_booking(
    session: WriteSession, pepper: Signer, actor: Mover, booking_id: UUID, body: CompleteIn
) -> Booking | DoorCodeWrong:
    """The goods are delivered: the final price is made of the promised price list and the work as done, and trucks and
    crew are free for what is left of the window; not before the pickup's day, when the report may be a mistake. A wrong
    code is told, so that it stays counted.

    Locks: the booking row, then its reservations.
    Raises: BookingNotFound (404), IllegalStep (409), NotPriced (409), DoorCodeRequired (422), DoorCodeLocked (409).
    Emits: booking.completed.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    to = rules.move(came_from, to=BookingStatus.COMPLETED, by=actor.kind)
    report = report_of(to, body)
    refused = await pass_door(session, pepper, actor, booking, report)
    if refused is not None:
        return refused
    booking.status = to
    booking.completed_at = actor.now
    booking.actuals = body.model_dump(mode="json", exclude={"code", "note", "location", "photo_ids"})
    booking.final_price = await _final_price(session, booking, body)
    if booking.job is not None:
        worked, job = body.actual_hours, pricing.job_from_json(booking.job)
        await pricing.observe_job(session, booking.org_id, booking.id, job, actual_hours=worked, now=actor.now)
    if not rules.is_before_its_day(booking.starts_at, booking.pickup_zone, actor.now):
        await calendar.give_back(session, booking.org_id, booking.id, actor.now)
    await write_step(session, booking, actor, came_from=came_from, report=report)
    emit(session, BookingCompleted(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


async def _final_price(session: WriteSession, booking: Booking, body: CompleteIn) -> dict[str, Any]:
    """Raises: CurrencyMismatch (422) for extras in another currency than the price, NotPriced (409)."""
    for at, extra in enumerate(body.extras):
        if extra.amount.currency != booking.currency:
            pointer = f"/extras/{at}/amount/currency"
            sentence = f"must be {booking.currency}, the booking's currency"
            raise CurrencyMismatch(faults=(Fault(pointer, CurrencyMismatch.code, sentence),))
    extras = [pricing.Extra(extra.code, extra.description, extra.amount.to_money()) for extra in body.extras]
    work = Work(body.actual_hours, body.actual_distance_miles, extras)
    agreed = pricing.price_from_json(booking.price)
    if booking.job is None or booking.pricing_config_id is None:
        return pricing.price_to_json(work.price(agreed, None, None), None)
    card = await pricing.rate_card(session, booking.org_id, booking.pricing_config_id)
    return pricing.price_to_json(work.price(agreed, booking.job, card), card.number)
