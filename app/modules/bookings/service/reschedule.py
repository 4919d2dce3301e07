from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Customer, LinkHolder, Mover
from app.kernel.localtime import local_words, to_instant
from app.kernel.money import money_out
from app.kernel.versions import check_version
from app.modules.audit.public import fields_of
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound, PriceChanged
from app.modules.bookings.events import BookingRescheduled
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import RescheduleIn
from app.modules.bookings.service import given_links
from app.modules.bookings.service.eligibility import (
    Bound,
    check_company,
    check_trucks,
    trip_of,
    while_eligible,
)
from app.modules.bookings.service.policy import check_moved_share, most_unproven
from app.modules.bookings.service.steps import Told, find_org_as, lock_as, write_step
from app.modules.bookings.values import BookingStatus, Leg
from app.modules.calendar import public as calendar
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.settings import MarketSettings

# Whoever has a link decides as the customer would.
Rescheduler = Mover | Customer | LinkHolder


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a booking would be at another time. `alternatives`: what is free instead, when the window is not."""

    window: calendar.Window
    arrives_until: datetime | None
    price: dict[str, Any]
    is_free: bool
    alternatives: tuple[calendar.Window, ...]


async def foresee_reschedule(
    session: ReadSession, actor: Rescheduler, booking_id: UUID, starts_at: datetime, *, settings: MarketSettings
) -> Foreseen:
    """The price at another time and whether it is free there; nothing is taken.

    Raises: what `reschedule_booking` raises, but SlotTaken and PriceChanged.
    """
    org_id = await find_org_as(session, actor, booking_id)
    booking = await repository.get_booking_of(session, org_id, booking_id) if org_id else None
    if booking is None:
        raise BookingNotFound
    if isinstance(actor, LinkHolder):
        given_links.RESCHEDULING.require_good(booking, actor)
    ask = _ask(booking, actor, starts_at)
    bound, trip = _bound(booking, actor), trip_of(vars(booking))
    await check_company(session, ask, trip, bound=bound)
    await _check_share(session, booking, actor, ask.window, settings)
    price, until = await _price_at(session, booking, ask.window.starts_at), _arrives_until(booking, ask.window)
    if _has_teams(booking):
        is_free = await calendar.foresee_legs(session, ask, _legs_at(booking, ask))
        return Foreseen(ask.window, until, price, is_free, ())
    refused = await calendar.foresee_move(session, ask, _team(booking), _need(booking), booking.equipment_ids)
    if refused is None:
        await _check_kept(session, booking)
        return Foreseen(ask.window, until, price, is_free=True, alternatives=())
    refused = await while_eligible(session, ask, trip, refused, bound)
    return Foreseen(ask.window, until, price, is_free=False, alternatives=refused.alternatives)


async def reschedule_booking(
    session: WriteSession,
    actor: Rescheduler,
    booking_id: UUID,
    body: RescheduleIn,
    version: int | None,
    *,
    settings: MarketSettings,
) -> Booking:
    """Give a booking another start: its length stays, the price is made anew by the price list it was promised by.
    Whatever fails leaves it the window it had.

    Locks: the booking row, then the company's resources in id order.
    Raises: BookingNotFound (404), SignedLinkRefused (404), PreconditionFailed (412), IllegalStep (409),
    LocalTimeRefused (422), WindowRefused (422), CompanyNotBookable (409), OutsideTerms (409), PapersEndBefore (409),
    NotPriced (409), PriceChanged (409), SlotTaken (409) or DayFull (409) with alternatives; of a customer's who has
    proved no phone number, PhoneNotProven (409); of a job that nobody estimated, whose team may do it no more,
    CrewIncomplete (409), TruckTooSmall (409) or NotEquipped (409).
    Emits: booking.rescheduled.
    """
    booking = await lock_as(session, actor, booking_id)
    if isinstance(actor, LinkHolder):
        given_links.RESCHEDULING.require_good(booking, actor)
    check_version(booking.version, version)
    ask = _ask(booking, actor, body.starts_at)
    bound, trip = _bound(booking, actor), trip_of(vars(booking))
    await check_company(session, ask, trip, bound=bound)
    price = await _price_at(session, booking, ask.window.starts_at)
    total = pricing.price_from_json(price).total
    if total != body.expected_total.to_money():
        raise PriceChanged(total=money_out(*total).model_dump())
    try:
        if _has_teams(booking):
            teams = await calendar.reserve_legs(session, ask, _legs_at(booking, ask))
            resources = list({one.id: one for team in teams for one in team}.values())
        else:
            resources = await calendar.move(session, ask, _team(booking), _need(booking), booking.equipment_ids)
    except calendar.SlotTaken as refused:
        raise await while_eligible(session, ask, trip, refused, bound) from None
    await check_trucks(session, ask, trip, resources)
    # The company's resources are locked: whoever else moves or holds has done so, or waits.
    await _check_share(session, booking, actor, ask.window, settings)
    told = Told("bookings.rescheduled", fields_of(booking, ("starts_at", "total", "truck_ids", "driver_ids")))
    booking.price, booking.total = price, total.amount
    await _write(session, booking, actor, ask.window, resources, told=told)
    emit(session, BookingRescheduled(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return booking


def _bound(booking: Booking, actor: Rescheduler) -> Bound:
    """The company's terms bind whoever is not of the company, also for a job that was agreed on the phone."""
    return Bound(to_terms=not isinstance(actor, Mover), to_market=booking.quote_id is not None)


async def _check_share(
    session: ReadSession, booking: Booking, actor: Rescheduler, window: calendar.Window, settings: MarketSettings
) -> None:
    """What the company moves is its own affair. Raises: PhoneNotProven (409)."""
    if not isinstance(actor, Mover):
        await check_moved_share(session, booking, window, actor.now, most_unproven(settings))


def _has_teams(booking: Booking) -> bool:
    """Whether its legs are in several hands, each of which keeps its own; who has all of it may give way to others."""
    return booking.legs is not None and not rules.is_in_one_hand(rules.legs_from_json(booking.legs))


def _ask(booking: Booking, actor: Rescheduler, starts_at: datetime) -> calendar.Ask:
    """Raises: IllegalStep (409), LocalTimeRefused (422), WindowRefused (422)."""
    rules.check_reschedule(booking.status, actor.kind)
    instant = to_instant(starts_at, booking.pickup_zone, pointer="/starts_at")
    stops = rules.stops_of(booking.origin, booking.destination)
    legs = _moved_legs(booking, instant)
    if legs:
        window, first = calendar.Window(instant, max(leg.ends_at for leg in legs)), legs[0].ends_at
        calendar.check_window(calendar.Window(instant, instant + timedelta(hours=1)), actor.now)
    else:
        window = calendar.Window(instant, instant + (booking.ends_at - booking.starts_at))
        calendar.check_window(window, actor.now)
        first = window.ends_at
    # Over a change of the clock a leg may be shorter than it was, and its arrival window is not.
    rules.check_arrival(calendar.Window(instant, first), _arrives_until(booking, window), "/starts_at")
    return calendar.Ask(
        org_id=booking.org_id,
        source_id=booking.id,
        window=window,
        zone=booking.pickup_zone,
        now=actor.now,
        stops=stops,
        parts=tuple(calendar.Part(leg.window, leg.stops) for leg in rules.asks_of(legs, stops)),
    )


def _arrives_until(booking: Booking, window: calendar.Window) -> datetime | None:
    """The end of its arrival window there, which stays as wide as it was promised."""
    return booking.arrives_until and window.starts_at + (booking.arrives_until - booking.starts_at)


def _moved_legs(booking: Booking, starts_at: datetime) -> list[Leg]:
    zone = ZoneInfo(booking.pickup_zone)
    return rules.moved_legs(rules.legs_from_json(booking.legs or []), booking.starts_at, starts_at, zone)


def _legs_at(booking: Booking, ask: calendar.Ask) -> list[calendar.LegAsk]:
    """Its legs where they would be."""
    stops = rules.stops_of(booking.origin, booking.destination)
    return rules.asks_of(_moved_legs(booking, ask.window.starts_at), stops)


def _team(booking: Booking) -> list[UUID]:
    return [*booking.truck_ids, *booking.driver_ids]


def _need(booking: Booking) -> calendar.Need | None:
    """None for a job that nobody estimated: only the trucks and people that were named are known to do."""
    if booking.volume_cuft is None:
        return None
    return calendar.Need.of(booking.volume_cuft, booking.weight_lb or 0, booking.crew_size, vars(booking))


async def _check_kept(session: ReadSession, booking: Booking) -> None:
    """Where no need says who else would do, the team stays: whether it still may.

    Raises: CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409).
    """
    if _need(booking) is None:
        resources, team = await calendar.list_resources(session, booking.org_id), set(_team(booking))
        rules.check_named([one for one in resources if one.id in team], vars(booking))


async def _price_at(session: ReadSession, booking: Booking, starts_at: datetime) -> dict[str, Any]:
    """The stored form of the price at that start; one that people agreed on stays. Raises: NotPriced (409)."""
    if booking.job is None or booking.pricing_config_id is None:
        return booking.price
    card = await pricing.rate_card(session, booking.org_id, booking.pricing_config_id)
    job = pricing.starting_at(pricing.job_from_json(booking.job), starts_at, booking.pickup_zone)
    return pricing.price_to_json(pricing.price_job(card, job), card.number)


async def _write(
    session: WriteSession,
    booking: Booking,
    actor: Rescheduler,
    window: calendar.Window,
    resources: list[calendar.ResourceSpec],
    *,
    told: Told,
) -> None:
    came_from, was = booking.status, booking.starts_at
    had = set(_team(booking))
    has_teams, legs = _has_teams(booking), _moved_legs(booking, window.starts_at)
    if not has_teams:
        booking.truck_ids, booking.driver_ids = rules.check_named(resources, vars(booking))
        legs = rules.given_to(legs, booking.truck_ids, booking.driver_ids)
    if had != set(_team(booking)):
        # Not what a dispatcher chose: it is to be looked at again.
        booking.status = BookingStatus.CONFIRMED
    if not isinstance(actor, Mover):
        # Moved late and cancelled early is no way around the fee.
        terms = rules.terms_from_json(booking.cancellation_terms)
        booking.cancellation_terms = rules.terms_to_json(rules.cap_terms(terms, was - actor.now))
    booking.legs = rules.legs_to_json(legs) if legs else None
    booking.arrives_until, booking.planned_arrival_at = _arrives_until(booking, window), None
    booking.time_told_at = actor.now if isinstance(actor, Mover) else None
    booking.starts_at, booking.ends_at = window.starts_at, window.ends_at
    booking.reschedule_issue += 1  # The letter about this brings a link of its own.
    if booking.job is not None:
        job = pricing.starting_at(pricing.job_from_json(booking.job), window.starts_at, booking.pickup_zone)
        booking.job = pricing.job_to_json(job)
    moved = [local_words(instant, booking.pickup_zone) for instant in (was, window.starts_at)]
    note = f"Moved from {moved[0]} to {moved[1]}."
    await write_step(session, booking, actor, came_from=came_from, note=note, told=told)
