from __future__ import annotations

from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Customer, Mover
from app.kernel.money import money_out
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound, FeeHigher, HoldExpired, WrongParty
from app.modules.bookings.events import BookingCancelled, BookingProgressed, NoShowReported
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import CancelIn, StepIn, report_of
from app.modules.bookings.service.steps import lock_as, write_step
from app.modules.bookings.values import BookingStatus, Party, Settlement, Terms
from app.modules.calendar import public as calendar
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


async def cancel_booking(session: WriteSession, actor: Mover | Customer, booking_id: UUID, body: CancelIn) -> Booking:
    """Cancel a booking: its trucks and crew are free at once, and what it costs is written down, also when nothing.

    Locks: the booking row, then its reservations.
    Raises: BookingNotFound (404), IllegalStep (409), HoldExpired (409), FeeHigher (409), WrongParty (403).
    Emits: booking.cancelled.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    settlement = _settle(booking, actor, _party(actor, body.requested_by))
    if body.accepted_fee is not None and settlement.fee > body.accepted_fee:
        raise FeeHigher(fee=money_out(settlement.fee, booking.currency).model_dump())
    booking.status = BookingStatus.CANCELLED
    booking.hold_expires_at = None
    booking.cancelled_at = actor.now
    booking.cancellation_reason = body.reason
    _write(booking, settlement)
    if rules.returns_discounts(_terms(booking), booking.starts_at - actor.now, by=settlement.by):
        await _return_discounts(session, booking)
    await calendar.release(session, booking.org_id, booking.id)
    await write_step(session, booking, actor, came_from=came_from, note=body.reason)
    emit(session, BookingCancelled(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


async def show_cancellation(
    session: ReadSession, actor: Mover | Customer, booking_id: UUID, requested_by: Party | None
) -> tuple[Booking, Settlement]:
    """What a cancellation has cost, or would cost at this instant.

    Raises: BookingNotFound (404), IllegalStep (409) for a booking past cancelling, HoldExpired (409), WrongParty (403).
    """
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    return booking, settlement_of(booking) or _settle(booking, actor, _party(actor, requested_by))


async def report_no_show(
    session: WriteSession, actor: Mover | Customer, booking_id: UUID, body: StepIn | None
) -> Booking:
    """Nobody there: a member says so of the customer, a customer of the company. The window is free at once.

    Locks: the booking row, then its reservations.
    Raises: BookingNotFound (404), IllegalStep (409), NotDueYet (409).
    Emits: booking.progressed, booking.no_show_reported.
    """
    booking = await lock_as(session, actor, booking_id)
    came_from = booking.status
    booking.status = rules.move(came_from, to=BookingStatus.NO_SHOW, by=actor.kind)
    absent = Party.COMPANY if isinstance(actor, Customer) else Party.CUSTOMER
    awaited_from = rules.awaited_from(booking.planned_arrival_at or booking.starts_at, booking.time_told_at)
    rules.check_no_show(absent, (awaited_from, booking.arrives_until or booking.starts_at), actor.now)
    _write(booking, rules.settle_no_show(_deposit(booking), absent))
    if absent is Party.COMPANY:
        await _return_discounts(session, booking)
    await calendar.release(session, booking.org_id, booking.id)
    told = report_of(booking.status, body)
    await write_step(session, booking, actor, came_from=came_from, report=told)
    for happened in (BookingProgressed, NoShowReported):
        emit(session, happened(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


def settlement_of(booking: Booking) -> Settlement | None:
    """As written down; None for a booking that was neither cancelled nor missed."""
    if booking.ended_by is None or booking.cancellation_refund is None or booking.cancellation_fee is None:
        return None
    return Settlement(
        booking.ended_by,
        booking.cancellation_refund,
        booking.cancellation_fee,
        covers_replacement=bool(booking.covers_replacement),
    )


def _party(actor: Mover | Customer, requested_by: Party | None) -> Party:
    if isinstance(actor, Mover):
        return requested_by or Party.COMPANY
    if requested_by is Party.COMPANY:
        raise WrongParty
    return Party.CUSTOMER


def _settle(booking: Booking, actor: Mover | Customer, party: Party) -> Settlement:
    """Raises: IllegalStep (409), HoldExpired (409)."""
    if rules.as_of(booking.status, booking.hold_expires_at, actor.now) is BookingStatus.EXPIRED:
        raise HoldExpired
    zone = ZoneInfo(booking.pickup_zone)
    starts_on, today = (instant.astimezone(zone).date() for instant in (booking.starts_at, actor.now))
    rules.move(
        rules.standing_to_cancel(booking.status, actor.kind, starts_on, today),
        to=BookingStatus.CANCELLED,
        by=actor.kind,
    )
    notice = booking.starts_at - actor.now
    return rules.settle_cancellation(_terms(booking), _deposit(booking), notice, by=party, was=booking.status)


def _terms(booking: Booking) -> Terms:
    return rules.terms_from_json(booking.cancellation_terms)


def _deposit(booking: Booking) -> Decimal:
    return pricing.price_from_json(booking.price).deposit.amount


def _write(booking: Booking, settlement: Settlement) -> None:
    booking.ended_by = settlement.by
    booking.cancellation_refund = settlement.refund
    booking.cancellation_fee = settlement.fee
    booking.covers_replacement = settlement.covers_replacement


async def _return_discounts(session: WriteSession, booking: Booking) -> None:
    """Those it had that are good so many times may be had again."""
    if booking.discounts_used:
        await pricing.return_discounts(session, booking.org_id, booking.discounts_used)
        booking.discounts_used = []
