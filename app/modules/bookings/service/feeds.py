"""The calendar as other programs read it: links that are signed and can be revoked, and what stands behind them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import MoverMember
from app.kernel.ids import new_id
from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.calendars import CalendarEvent, EventStatus
from app.kernel.signing import BadToken, Signer
from app.modules.audit import public as audit
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import FeedNotFound, TooManyFeeds
from app.modules.bookings.models import Booking, CalendarFeed
from app.modules.bookings.schemas import FeedIn
from app.modules.bookings.service.asks import kept_of
from app.modules.bookings.service.contacts import shown_contact
from app.modules.bookings.values import BookingStatus, Leg
from app.modules.calendar import public as calendar
from app.modules.fleet import public as fleet
from app.modules.orgs import public as orgs
from app.runtime.db.session import Database, ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity

PURPOSE: Final = "calendar feed"
MOST_FEEDS: Final = 50
MOST_EVENTS: Final = 5_000
SHOWN_BEFORE: Final = timedelta(days=60)
SHOWN_AFTER: Final = timedelta(days=400)
MISSED: Final = frozenset({BookingStatus.CANCELLED, BookingStatus.NO_SHOW})


@dataclass(frozen=True, slots=True)
class Shown:
    """A move as a calendar tells it: whom to call, and what trucks and people are called."""

    booking: Booking
    contact: dict[str, Any]
    names: dict[UUID, str]


async def add_feed(session: WriteSession, actor: MoverMember, body: FeedIn) -> CalendarFeed:
    """Raises: ResourceNotFound (404), TooManyFeeds (409)."""
    if len(await repository.list_feeds(session, actor.org_id)) >= MOST_FEEDS:
        raise TooManyFeeds
    if body.resource_id is not None:
        await calendar.check_resource(session, actor.org_id, body.resource_id)
    feed = CalendarFeed(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        resource_id=body.resource_id,
        created_by=actor.user_id,
        created_at=actor.now,
        revoked_at=None,
    )
    session.add(feed)
    await session.flush()
    after = {"resource_id": feed.resource_id}
    audit.record(session, actor, audit.Change("bookings.feed_added", "calendar_feed", feed.id, after=after))
    return feed


async def list_feeds(session: ReadSession, actor: MoverMember) -> Sequence[CalendarFeed]:
    return await repository.list_feeds(session, actor.org_id)


async def revoke_feed(session: WriteSession, actor: MoverMember, feed_id: UUID) -> None:
    """Its link opens nothing from the next reading on. Locks: the feed. Raises: FeedNotFound (404)."""
    if not await repository.revoke_feed(session, actor.org_id, feed_id, actor.now):
        raise FeedNotFound
    audit.record(session, actor, audit.Change("bookings.feed_revoked", "calendar_feed", feed_id))


def link_of(signer: Signer, public_url: str, feed: CalendarFeed) -> str:
    token = signer.sign(PURPOSE, {"o": str(feed.org_id), "f": str(feed.id)})
    return f"{public_url.rstrip('/')}/v1/calendar.ics?token={token}"


async def read_feed(database: Database, ports: Ports, signer: Signer, token: str, now: datetime) -> bytes:
    """The calendar behind a link, read in a short transaction as its company. Raises: FeedNotFound (404)."""
    org_id, feed_id = _named(signer, token)
    async with database.read(Identity(Audience.MOVER, org_id=org_id)) as session:
        feed = await repository.get_feed(session, org_id, feed_id)
        if feed is None:
            raise FeedNotFound
        company = await orgs.company_name(session, org_id)
        between = (now - SHOWN_BEFORE, now + SHOWN_AFTER)
        bookings = await repository.list_for_feed(session, org_id, between, feed.resource_id, MOST_EVENTS)
        names = await _names(session, org_id, bookings)
        shown = [Shown(booking, shown_contact(session.seals, booking), names) for booking in bookings]
    return await ports.calendars.write(f"{feed.name} · {company}", list(_events(shown, feed.resource_id)))


def _named(signer: Signer, token: str) -> tuple[UUID, UUID]:
    """Company and feed of a link. Raises: FeedNotFound (404), as for one that was revoked."""
    try:
        named = signer.read(PURPOSE, token)
    except BadToken:
        raise FeedNotFound from None
    return UUID(named["o"]), UUID(named["f"])


async def _names(session: ReadSession, org_id: UUID, bookings: Sequence[Booking]) -> dict[UUID, str]:
    trucks = {key for one in bookings for key in one.truck_ids}
    people = {key for one in bookings for key in one.driver_ids}
    return await fleet.truck_names(session, org_id, trucks) | await fleet.crew_names(session, org_id, people)


def _events(moves: Sequence[Shown], resource_id: UUID | None) -> Iterator[CalendarEvent]:
    """One for each move, and of a move of several days one for each leg, that the truck or person is on."""
    for move in moves:
        if move.booking.legs is None:
            yield _event(move)
        legs = rules.legs_from_json(move.booking.legs or ())
        for number, leg in enumerate(legs):
            if resource_id in (None, *leg.truck_ids, *leg.driver_ids):
                yield _of_leg(_event(move), move, (number, leg, len(legs)))


def _of_leg(whole: CalendarEvent, move: Shown, part: tuple[int, Leg, int]) -> CalendarEvent:
    booking, (number, leg, of) = move.booking, part
    place = Place.model_validate(booking.destination if leg.kind is calendar.LegKind.UNLOADING else booking.origin)
    return replace(
        whole,
        id=f"{booking.id}-{number + 1}",
        starts_at=leg.starts_at,
        ends_at=leg.ends_at,
        summary=f"{whole.summary} ({leg.kind}, {number + 1} of {of})",
        place=_line(place),
        location=place.location,
        description=_description(move, (*leg.truck_ids, *leg.driver_ids)),
    )


def _line(place: Place) -> str:
    return ", ".join(line for line in place.address_lines if line)


def _description(move: Shown, team: Sequence[UUID]) -> str:
    booking, contact, names = move.booking, move.contact, move.names
    zone, destination = ZoneInfo(booking.pickup_zone), booking.destination
    local = booking.starts_at.astimezone(zone)
    planned = f", planned for {booking.planned_arrival_at.astimezone(zone):%H:%M}" if booking.planned_arrival_at else ""
    until = f" to {booking.arrives_until.astimezone(zone):%H:%M}" if booking.arrives_until else ""
    return (
        f"Pickup {local:%Y-%m-%d %H:%M}{until}{planned} ({booking.pickup_zone})\n"
        f"To: {_line(Place.model_validate(destination))}\n"
        f"Customer: {contact['full_name']} {contact['phone']}\n"
        f"Crew: {', '.join(names[key] for key in team if key in names)}\n"
        f"Status: {booking.status}"
    )


def _event(move: Shown) -> CalendarEvent:
    booking, contact = move.booking, move.contact
    origin, kept = Place.model_validate(booking.origin), kept_of(booking)
    return CalendarEvent(
        id=str(booking.id),
        sequence=booking.version,
        status=EventStatus.CANCELLED if booking.status in MISSED else EventStatus.CONFIRMED,
        created_at=booking.created_at,
        changed_at=booking.updated_at,
        starts_at=kept.starts_at,
        ends_at=kept.ends_at,
        summary=f"Move {booking.reference}: {contact['full_name']}",
        place=_line(origin),
        location=origin.location,
        description=_description(move, (*booking.truck_ids, *booking.driver_ids)),
    )
