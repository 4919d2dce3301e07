"""What company and customer are written about a booking.

Names, phones and prices are for their eyes: no event carries them, they are read when the letter is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.localtime import local_words
from app.kernel.places import Place
from app.kernel.signing import Signer
from app.modules.bookings import repository, rules
from app.modules.bookings.models import Booking
from app.modules.bookings.service.contacts import contact_of, shown_contact
from app.modules.bookings.service.doors import told_codes
from app.modules.bookings.service.given_links import RESCHEDULING, TRACKING, link_to
from app.modules.bookings.values import BookingStatus, DisputeOutcome, Door, Party
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.runtime.auth.links import Links
from app.runtime.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class Letters:
    """A text for the office, and one for the customer: by e-mail where one is known, else by text message."""

    subject: str
    office: tuple[str, ...]
    office_text: str
    customer_email: str | None
    customer_phone: str
    customer_text: str


async def confirmed_letters(session: ReadSession, pepper: Signer, links: Links, booking_id: UUID) -> Letters | None:
    """To the company: you have a move. To the customer: it is yours. None when the booking is gone."""
    return await _letters(session, booking_id, "Confirmed", "is confirmed", pepper=pepper, links=links)


async def codes_letters(session: ReadSession, pepper: Signer, booking_id: UUID) -> Letters | None:
    return await _letters(session, booking_id, "New codes", "has new codes for the crew", pepper=pepper)


async def cancelled_letters(session: ReadSession, booking_id: UUID) -> Letters | None:
    return await _letters(session, booking_id, "Cancelled", "is cancelled")


async def truck_replaced_letters(session: ReadSession, booking_id: UUID) -> Letters | None:
    return await _letters(session, booking_id, "Another truck", "comes with another truck: time and price stay")


async def arrival_letters(session: ReadSession, booking_id: UUID, planned: datetime | None) -> Letters | None:
    """To both: the hour that is planned, or that none is any more. None where that is no longer so: what came after it
    has a letter of its own.
    """
    booking = await repository.get_booking(session, booking_id)
    if booking is None or booking.planned_arrival_at != planned or booking.arrives_until is None:
        return None
    if planned is None:
        happened = "has no planned arrival any more: the crew may come at any time of its window"
        return await _letters_of(session, booking, "Arrival open again", happened)
    return await _letters_of(session, booking, "Arrival planned", "has a planned arrival")


async def reported_letters(session: ReadSession, booking_id: UUID) -> Letters | None:
    """To both: who says that the other was not there, and until when a company may say that it was."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None or booking.status is not BookingStatus.NO_SHOW:
        return None
    if booking.ended_by is Party.CUSTOMER:
        happened = "has ended: the company reports that nobody was there at the agreed time"
    else:
        steps = await repository.list_steps(session, booking.org_id, booking.id)
        until = rules.disputable_until(booking.status, booking.ended_by, steps)
        by_when = f", and may dispute it until {local_words(until, booking.pickup_zone)}" if until else ""
        happened = f"has ended: the customer reports that the company did not come. The company is told{by_when}"
    return await _letters_of(session, booking, "Reported missed", happened)


async def no_show_letters(session: ReadSession, org_id: UUID, booking_id: UUID) -> Letters | None:
    """To both: what staff made of the report that nobody came."""
    dispute = await repository.get_dispute(session, org_id, booking_id)
    if dispute is None or dispute.outcome is None:
        return None
    stands = "counts for nothing" if dispute.outcome is DisputeOutcome.ACCEPTED else "stands"
    why = f": {dispute.reason.rstrip('. ')}" if dispute.reason else ""
    happened = f"was looked at again: by our decision the report that the company did not come {stands}{why}"
    return await _letters(session, booking_id, "Decided", happened)


async def rescheduled_letters(session: ReadSession, links: Links, booking_id: UUID) -> Letters | None:
    return await _letters(session, booking_id, "Another time", "has another time", links=links)


async def _letterhead(session: ReadSession, company: orgs.Company, booking: Booking) -> str:
    """Who comes, by all numbers that law has printed on a mover's papers, and how to reach them."""
    day = booking.starts_at.astimezone(ZoneInfo(booking.pickup_zone)).date()
    usdot = [f"U.S. DOT No. {company.usdot_number}"] if company.usdot_number else []
    numbers = await verification.licence_numbers(session, booking.org_id, day)
    return f"{', '.join((company.name, *usdot, *numbers))}: {company.phone}"


async def _letters(
    session: ReadSession,
    booking_id: UUID,
    headline: str,
    happened: str,
    *,
    pepper: Signer | None = None,
    links: Links | None = None,
) -> Letters | None:
    """As `_letters_of`. None when the booking is gone."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        return None
    return await _letters_of(session, booking, headline, happened, pepper=pepper, links=links)


async def _letters_of(
    session: ReadSession,
    booking: Booking,
    headline: str,
    happened: str,
    *,
    pepper: Signer | None = None,
    links: Links | None = None,
) -> Letters:
    """With the pepper, the customer is told of the codes for the doors; with links, how to follow the move."""
    company = await orgs.company(session, booking.org_id)
    office = await identity.office_emails(session, booking.org_id)
    contact = contact_of(session.seals, booking)
    reason = f"\nReason: {booking.cancellation_reason}" if booking.cancellation_reason else ""
    facts = _facts(booking)
    codes = await _codes(session, pepper, booking) if pepper and booking.asks_door_codes else ""
    return Letters(
        subject=f"{headline}: move {booking.reference} on {_day(booking)}",
        office=tuple(office),
        office_text=(
            f"Move {booking.reference} {happened}.{reason}\n\n{facts}\n"
            f"Customer: {contact['full_name']}, {contact['phone']}\n"
        ),
        customer_email=contact["email"],
        customer_phone=contact["phone"],
        customer_text=(
            f"Your move {booking.reference} with {company.name} {happened}.{reason}\n\n{facts}\n"
            f"{await _letterhead(session, company, booking)}\n{codes}{_ways_in(links, booking)}"
        ),
    )


async def _codes(session: ReadSession, pepper: Signer, booking: Booking) -> str:
    told = await told_codes(session, pepper, booking)
    if not told:
        return "The codes that the crew asks you for stand with your booking.\n"
    return (
        f"Give the crew this code before they load: {told[Door.PICKUP]}, and this one when all is unloaded: "
        f"{told[Door.DELIVERY]}. Nobody else needs them.\n"
    )


def _ways_in(links: Links | None, booking: Booking) -> str:
    """How to follow the move, for whoever it is handed to, and how to give it another time, for this reader alone."""
    follow, move = (link_to(links, kind, booking).url if links else None for kind in (TRACKING, RESCHEDULING))
    told = f"Where it stands, for you and whoever you hand this to: {follow}\n" if follow else ""
    return told + (f"To choose another time, for you alone: {move}\n" if move else "")


def _day(booking: Booking) -> str:
    return f"{booking.starts_at.astimezone(ZoneInfo(booking.pickup_zone)):%Y-%m-%d}"


def _facts(booking: Booking) -> str:
    zone = ZoneInfo(booking.pickup_zone)
    starts, ends = (instant.astimezone(zone) for instant in (booking.starts_at, booking.ends_at))
    when = f"{starts:%A %d %B %Y, %H:%M} to {ends:%d %B %H:%M} ({booking.pickup_zone})"
    if booking.arrives_until is not None:
        until = booking.arrives_until.astimezone(zone)
        when = (
            f"{starts:%A %d %B %Y}, arrival between {starts:%H:%M} and {until:%H:%M} ({booking.pickup_zone}); "
            f"done by {ends:%d %B %H:%M} at the latest"
        )
    origin, destination = (Place.model_validate(place) for place in (booking.origin, booking.destination))
    if booking.planned_arrival_at is not None and booking.status is not BookingStatus.NO_SHOW:
        when += f"; planned for {booking.planned_arrival_at.astimezone(zone):%H:%M}"
    return (
        f"When: {when}\n"
        f"From: {', '.join(origin.address_lines)}\n"
        f"To: {', '.join(destination.address_lines)}\n"
        f"Price: {booking.total} {booking.currency}"
    )


async def suspended_letters(session: ReadSession, org_id: UUID, now: datetime) -> list[Letters]:
    """To the customer of each open booking: their company is out of the market. The office hears it elsewhere."""
    company = await orgs.company(session, org_id)
    rows = await repository.list_open_after(session, org_id, now, now)
    contacts = [shown_contact(session.seals, row) for row in rows]
    return [
        Letters(
            subject=f"About your move {row.reference}",
            office=(),
            office_text="",
            customer_email=contact["email"],
            customer_phone=contact["phone"],
            customer_text=(
                f"{company.name}, with whom you have booked the move {row.reference}, is suspended on MoveHub for now. "
                "Your booking stands as it is; you may cancel it by its terms and choose another company. "
                f"Ask them what they will do:\n\n{company.name}: {company.phone}\n"
            ),
        )
        for row, contact in zip(rows, contacts, strict=True)
    ]
