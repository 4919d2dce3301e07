"""What the family at the door may see of a move, by a link that needs no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Customer, LinkHolder, LinkScope, Mover
from app.modules.audit import public as audit
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.models import Booking
from app.modules.bookings.service.steps import lock_as
from app.modules.orgs import public as orgs
from app.runtime.auth.links import Links, SignedLinkRefused
from app.runtime.db.base import AnyRow
from app.runtime.db.session import Database, ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity

PATH: Final = "/v1/track"
GOOD_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TrackingLink:
    """`url` is None while there is nothing to follow: before the confirmation, and after a cancellation."""

    url: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Tracked:
    booking: Booking
    company: str
    company_phone: str
    steps: Sequence[AnyRow]


def link_to(links: Links, booking: Booking) -> TrackingLink:
    """The booking's present link: the same text whenever it is asked for, good until a week after the move."""
    expires_at = booking.ends_at + GOOD_AFTER
    if not rules.is_tracked(booking.status):
        return TrackingLink(None, expires_at)
    holder = LinkHolder(LinkScope.TRACK, booking.org_id, booking.id, booking.link_issue, booking.created_at)
    return TrackingLink(links.url(PATH, holder, expires_at), expires_at)


async def show_tracking_link(session: ReadSession, links: Links, booking_id: UUID) -> TrackingLink:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    return link_to(links, booking)


async def renew_tracking_link(
    session: WriteSession, links: Links, actor: Mover | Customer, booking_id: UUID
) -> TrackingLink:
    """Another link; those given out before open nothing any more. Locks: the booking row.

    Raises: BookingNotFound (404).
    """
    booking = await lock_as(session, actor, booking_id)
    before = {"link_issue": booking.link_issue}
    booking.link_issue += 1
    await session.flush()
    after = {"link_issue": booking.link_issue}
    change = audit.Change("bookings.link_renewed", "booking", booking.id, before, after, booking.org_id)
    audit.record(session, actor, change)
    return link_to(links, booking)


async def track(database: Database, holder: LinkHolder) -> Tracked:
    """The booking behind a link, read in a short transaction as its company.

    Raises: SignedLinkRefused (404) when it was withdrawn, cancelled or erased.
    """
    async with database.read(Identity(Audience.MOVER, org_id=holder.org_id)) as session:
        booking = await repository.get_booking_of(session, holder.org_id, holder.booking_id)
        if booking is None or booking.link_issue != holder.issue or not rules.is_tracked(booking.status):
            raise SignedLinkRefused
        company = await orgs.company(session, holder.org_id)
        steps = await repository.list_steps(session, holder.org_id, booking.id)
    return Tracked(booking, company.name, company.phone, steps)
