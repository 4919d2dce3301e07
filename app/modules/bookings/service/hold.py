from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from app.kernel.actor import Actor, Customer, Mover
from app.kernel.geo import great_circle_miles
from app.kernel.ids import new_id
from app.kernel.ports import Ports
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import (
    NotPriceable,
    PapersEndBefore,
    QuoteAlreadyBooked,
    WrongWayToBook,
)
from app.modules.bookings.events import BookingHeld
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import BookingIn, ContactIn, HandEstimate, HandServicesIn
from app.modules.bookings.service.contacts import columns_of
from app.modules.bookings.service.eligibility import (
    BY_HAND,
    check_by_hand,
    check_company,
    trip_of,
    unfit_trucks,
    while_eligible,
)
from app.modules.bookings.service.located import LocatedJob, check_hours, check_windows, locate_job
from app.modules.bookings.service.pieces import pieces_for
from app.modules.bookings.service.policy import Asked, asked_of, check_holds, most_unproven
from app.modules.bookings.service.steps import step_row, tell_trail
from app.modules.bookings.values import BookingStatus, Leg
from app.modules.calendar import public as calendar
from app.modules.market import public as market
from app.modules.orgs import public as orgs
from app.modules.platform import public as platform
from app.modules.pricing import public as pricing
from app.modules.verification.public import Trip
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.settings import MarketSettings

# Of a hold by hand, for the trail. A customer's hold stands in the booking's history: nobody acted for the company.
TOLD: Final = ("status", "starts_at", "total", "truck_ids", "driver_ids", "equipment_ids")


@dataclass(frozen=True, slots=True)
class Held:
    """A booking just made or confirmed, with the company's name for the answer."""

    booking: Booking
    organization_name: str


async def hold(
    session: WriteSession, ports: Ports, actor: Mover | Customer, body: BookingIn, settings: MarketSettings
) -> Held:
    """Hold a quote as a customer, or by hand as a dispatcher; the ports are asked before the transaction begins.

    Raises: WrongWayToBook (403) and what `hold_quote` and `hold_by_hand` raise.
    """
    job = await locate_job(ports, body)
    if isinstance(actor, Customer) and body.quote_id is not None:
        return await hold_quote(session, actor, body.quote_id, body.contact, settings)
    if isinstance(actor, Mover) and job is not None:
        return await hold_by_hand(session, actor, body, job, timedelta(minutes=settings.hold_minutes))
    raise WrongWayToBook


async def hold_quote(
    session: WriteSession, actor: Customer, quote_id: UUID, contact: ContactIn, settings: MarketSettings
) -> Held:
    """Hold the trucks and the crew of a quote for a quarter of an hour, all or nothing.

    Locks: the customer's name, then the company's resources in id order.
    Raises: QuoteNotFound (404), QuoteExpired (409), CompanyNotBookable (409), OutsideTerms (409), PapersEndBefore
    (409), TooLarge (409), SlotTaken (409) or DayFull (409) with alternatives, QuoteAlreadyBooked (409),
    TooManyHolds (429), PhoneNotProven (409).
    Emits: booking.held.
    """
    quote = await market.quote_to_book(session, quote_id, actor)
    booking_id = new_id()
    held_until = actor.now + timedelta(minutes=settings.hold_minutes)
    need = calendar.Need.of(quote.volume_cuft, quote.weight_lb, quote.crew_size, quote.promised)
    ask = calendar.Ask(
        org_id=quote.org_id,
        source_id=booking_id,
        window=calendar.Window(quote.starts_at, quote.ends_at),
        zone=quote.pickup_zone,
        now=actor.now,
        held_until=held_until,
        stops=(stops := rules.stops_of(quote.promised["origin"], quote.promised["destination"])),
        parts=tuple(calendar.Part(leg.window, leg.kind.stops_of(stops)) for leg in quote.legs),
    )
    fields = quote.booking_fields()
    trip = trip_of(fields)
    try:
        taken = await _take(session, ask, need, trip)
    except calendar.SlotTaken:
        # The customer's own booking of this quote may be what is in the way: not somebody else's.
        if await repository.is_quote_booked(session, quote.org_id, quote.id, actor.now):
            raise QuoteAlreadyBooked from None
        raise
    row = fields | {
        "customer_id": actor.customer_id,
        "quote_id": quote.id,
        "truck_ids": list(taken.truck_ids),
        "driver_ids": list(taken.crew_ids),
        "equipment_ids": [],
        "legs": rules.legs_to_json(rules.legs_by(quote.legs, taken)) if quote.legs else None,
    }
    asked = await asked_of(session, quote.org_id, actor, quote.starts_at)
    check_holds(asked.holds_end, settings.most_holds, actor.now)
    rules.check_share(asked.unproven, ask.window.length, len(taken.truck_ids), most_unproven(settings))
    booking = await _insert(session, actor, booking_id, held_until=held_until, contact=contact, asked=asked, fields=row)
    return Held(booking, asked.company_name)


async def _take(session: WriteSession, ask: calendar.Ask, need: calendar.Need, trip: Trip) -> calendar.Taken:
    """What the job needs, of a company that may have it, with trucks that may go."""
    # First what is most often lost in a race, and costs the loser least; what follows may still take it back.
    try:
        taken = await calendar.reserve(session, ask, need)
        try:
            await check_company(session, ask, trip, taken.truck_ids)
        except PapersEndBefore as lapsed:
            if lapsed.extensions["truck_id"] is None:
                raise
            taken = await _take_others(session, ask, need, trip, lapsed)
            await check_company(session, ask, trip, taken.truck_ids)
    except calendar.SlotTaken as refused:
        raise await while_eligible(session, ask, trip, refused) from None
    return taken


async def _take_others(
    session: WriteSession, ask: calendar.Ask, need: calendar.Need, trip: Trip, lapsed: PapersEndBefore
) -> calendar.Taken:
    """The best fitting truck lacks a paper: the best of those that have theirs. Raises: `lapsed` where none will do."""
    unfit = await unfit_trucks(session, ask, trip)
    await calendar.release(session, ask.org_id, ask.source_id)
    try:
        return await calendar.reserve(session, ask, need, unfit)
    except calendar.TooLarge:
        raise lapsed from None


async def hold_by_hand(session: WriteSession, actor: Mover, body: BookingIn, job: LocatedJob, hold: timedelta) -> Held:
    """Hold the trucks and people that a dispatcher names, for somebody on the phone.

    The row is written at the transaction's end: a caller that goes on with it there calls `session.finish()` first.
    Locks: these resources in id order.
    Raises: WindowRefused (422), ResourceNotFound (404), SlotTaken (409), CrewIncomplete (409), TruckTooSmall (409),
    NotEquipped (409), NotPriceable (409), CompanyNotBookable (409), PapersEndBefore (409).
    Emits: booking.held.
    """
    check_windows(job, actor.now)
    if body.estimate is not None:
        check_hours(body.estimate.duration_hours, job)
    priced = await _priced(session, actor, body, job)
    booking_id = new_id()
    held_until = actor.now + hold
    stops = calendar.Stops(job.origin.location, job.destination.location)
    ask = calendar.Ask(
        org_id=actor.org_id,
        source_id=booking_id,
        window=job.window,
        zone=job.origin.zone,
        now=actor.now,
        held_until=held_until,
        stops=stops,
    )
    places = {"origin": job.origin.model_dump(mode="json"), "destination": job.destination.model_dump(mode="json")}
    trip = trip_of(places)
    try:
        teams = await _take_named(session, ask, body, job)
    except calendar.SlotTaken as refused:
        raise await while_eligible(session, ask, trip, refused, BY_HAND) from None
    load = _load(body)
    team = _team_of(teams, job.legs, load)
    asked = await asked_of(session, actor.org_id, actor, job.window.starts_at)
    await check_by_hand(session, ask, trip, team["truck_ids"], asked.company_status)
    row = (
        priced
        | load
        | places
        | {
            "customer_id": None,
            "quote_id": None,
            "org_id": actor.org_id,
            "starts_at": job.window.starts_at,
            "ends_at": job.window.ends_at,
            "arrives_until": job.arrives_until,
            "pickup_zone": job.origin.zone,
            "crew_size": len(team["driver_ids"]),
            "distance_miles": job.distance_miles,
        }
        | team
    )
    booking = await _insert(
        session, actor, booking_id, held_until=held_until, contact=body.contact, asked=asked, fields=row
    )
    tell_trail(session, actor, booking, "bookings.held_by_hand", dict.fromkeys(TOLD))
    return Held(booking, asked.company_name)


async def _take_named(
    session: WriteSession, ask: calendar.Ask, body: BookingIn, job: LocatedJob
) -> list[list[calendar.ResourceSpec]]:
    """What each leg was given, or the one job."""
    named_pieces = [leg.equipment_ids for leg in job.legs] or [body.equipment_ids]
    pieces = await pieces_for(session, ask.org_id, list(zip(job.kinds, named_pieces, strict=True)))
    if job.legs and ask.stops is not None:
        asks = zip(rules.asks_of(job.legs, ask.stops), pieces, strict=True)
        return await calendar.reserve_legs(session, ask, [replace(one, any_of=some) for one, some in asks])
    named = list(dict.fromkeys((*(body.truck_ids or ()), *(body.driver_ids or ()), *body.equipment_ids)))
    taken = await calendar.reserve_named(session, ask, named, pieces[0])
    rules.check_equipment(body.equipment_ids, taken, found=len(pieces[0]))
    return [taken]


def _load(body: BookingIn) -> dict[str, Any]:
    estimate = body.estimate
    return {
        "volume_cuft": estimate.volume_cuft if estimate else None,
        "weight_lb": (estimate.weight_lb or None) if estimate else None,
        **body.requires.columns(),
    }


def _team_of(teams: list[list[calendar.ResourceSpec]], legs: Sequence[Leg], load: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that say who goes. Raises: what `check_tour` and `check_named` raise."""
    if legs:
        taken = rules.check_tour(legs, teams, load)
        return {**rules.everybody_of(taken), "legs": rules.legs_to_json(taken)}
    trucks, people = rules.check_named(teams[0], load)
    return {"truck_ids": trucks, "driver_ids": people, "equipment_ids": rules.equipment_in(teams[0]), "legs": None}


async def _priced(session: WriteSession, actor: Mover, body: BookingIn, job: LocatedJob) -> dict[str, Any]:
    """The price columns: as agreed on the phone, or by the company's active price list."""
    if body.estimate is None:
        if body.price is None:
            raise NotPriceable
        return {"job": None, "pricing_config_id": None} | _stored(pricing.agreed_price(body.price.to_money()), None)
    card = await pricing.active_card(session, actor.org_id)
    if card is None:
        raise NotPriceable("The company has no active price list.")
    base = (await orgs.company(session, actor.org_id)).address.location
    way = great_circle_miles(base, job.origin.location)
    fuel = pricing.fuel_index_for(card, await platform.fuel_index_price(session))
    chosen = await _chosen(session, actor, body.services)
    asked = replace(_job(body.estimate, job, actor.now), fuel_index_price=fuel, **chosen)
    facts = market.from_base(asked, way)
    if not pricing.is_offered(card, facts):
        raise NotPriceable("The price list has no price for one of the services.")
    price = pricing.price_job(card, facts)
    return {"job": pricing.job_to_json(facts), "pricing_config_id": card.id} | _stored(price, card.number)


async def _chosen(session: WriteSession, actor: Mover, services: HandServicesIn | None) -> dict[str, Any]:
    """Of a job, what was chosen beside it; packing takes its hours by the company's own figures."""
    if services is None:
        return {}
    chosen: dict[str, Any] = {"codes": frozenset(services.codes)}
    if services.packing is not None:
        own = (await pricing.own_of_all(session, [actor.org_id])).get(actor.org_id, pricing.COMMON)
        chosen["packing"] = pricing.packing_of(services.packing.cartons, services.packing.hours, own.base)
    if services.valuation is not None:
        chosen["valuation"] = services.valuation.to_valuation()
    if services.codes:
        uses = await pricing.discount_uses(session, [actor.org_id], services.codes)
        chosen["discount_uses"] = uses.get(actor.org_id, {})
    return chosen


def _job(estimate: HandEstimate, job: LocatedJob, now: datetime) -> pricing.Job:
    facts = pricing.JobFacts(
        origin=job.origin,
        destination=job.destination,
        starts_at=job.window.starts_at,
        booked_at=now,
        hours=estimate.duration_hours,
        crew=estimate.crew_size,
        distance_miles=job.distance_miles,
        drive_minutes=job.drive_minutes,
        volume_cuft=Decimal(estimate.volume_cuft),
        weight_lb=Decimal(estimate.weight_lb),
    )
    return pricing.make_job(facts)


def _stored(price: pricing.Price, version: int | None) -> dict[str, Any]:
    return {
        "price": pricing.price_to_json(price, version),
        "total": price.total.amount,
        "currency": price.total.currency,
    }


async def _insert(
    session: WriteSession,
    actor: Actor,
    booking_id: UUID,
    *,
    held_until: datetime,
    contact: ContactIn,
    asked: Asked,
    fields: dict[str, Any],
) -> Booking:
    now = actor.now
    row = fields | {
        "id": booking_id,
        "reference": rules.reference_of(booking_id),
        "status": BookingStatus.HELD,
        **columns_of(session.seals, booking_id, contact.model_dump(mode="json")),
        "cancellation_terms": rules.terms_to_json(asked.terms),
        "asks_door_codes": asked.door_codes,
        "hold_expires_at": held_until,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    await _write(session, row, now)
    step = step_row(row["org_id"], booking_id, actor, came_from=None, to=BookingStatus.HELD, note=None)
    repository.insert_step(session, step)
    emit(session, BookingHeld(org_id=row["org_id"], booking_id=booking_id), now=now)
    return Booking(**row)


async def _write(session: WriteSession, row: dict[str, Any], now: datetime) -> None:
    """Raises: QuoteAlreadyBooked (409)."""
    if row["quote_id"] is None:
        repository.insert_unquoted(session, row)
    elif not await repository.insert_booking(session, row):
        # A dead hold of the same quote may be in the way: it is written down as expired, and the way is free.
        expired = await repository.expire_hold_of_quote(session, row["org_id"], row["quote_id"], now)
        if expired is None or not await repository.insert_booking(session, row):
            raise QuoteAlreadyBooked
