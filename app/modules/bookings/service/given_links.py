"""The links of a booking: what each opens, until when, and which of those given out is the good one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Customer, LinkHolder, LinkScope, Mover
from app.modules.audit import public as audit
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.models import Booking
from app.modules.bookings.service.contacts import is_erased
from app.modules.bookings.service.steps import lock_as
from app.modules.bookings.values import BookingStatus
from app.modules.orgs import public as orgs
from app.runtime.auth.links import Links, SignedLinkRefused
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity

TRACKED_AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class GivenLink:
    """`url` is None while there is nothing to open."""

    url: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkKind:
    """`issue`: the booking's column that counts the links given out; `opens` says of a status whether one is good."""

    scope: LinkScope
    path: str
    issue: str
    renewed: str
    opens: Callable[[BookingStatus], bool]
    ends_at: Callable[[Booking], datetime]

    def require_good(self, booking: Booking, holder: LinkHolder) -> None:
        """Raises: SignedLinkRefused (404) for one of another scope, or that was withdrawn, or has nothing to open."""
        is_latest = holder.issue == getattr(booking, self.issue)
        if holder.scope is not self.scope or not is_latest or not self.opens(booking.status) or is_erased(booking):
            raise SignedLinkRefused


TRACKING: Final = LinkKind(
    scope=LinkScope.TRACK,
    path="/v1/track",
    issue="link_issue",
    renewed="bookings.link_renewed",
    opens=rules.is_tracked,
    ends_at=lambda booking: booking.ends_at + TRACKED_AFTER,
)
RESCHEDULING: Final = LinkKind(
    scope=LinkScope.RESCHEDULE,
    path="/v1/reschedule",
    issue="reschedule_issue",
    renewed="bookings.reschedule_link_renewed",
    opens=rules.RESCHEDULABLE.__contains__,
    ends_at=lambda booking: booking.starts_at,
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link shows: the booking, and whose it is."""

    booking: Booking
    company: str
    company_phone: str


def as_company(holder: LinkHolder) -> Identity:
    """Whoever holds a link acts in the company's transaction, and on the one booking."""
    return Identity(Audience.MOVER, org_id=holder.org_id)


async def open_given(session: ReadSession, kind: LinkKind, holder: LinkHolder) -> Opened:
    """Raises: SignedLinkRefused (404) when it was withdrawn, its booking erased, or it has nothing to open."""
    booking = await repository.get_booking_of(session, holder.org_id, holder.booking_id)
    if booking is None:
        raise SignedLinkRefused
    kind.require_good(booking, holder)
    return await opened(session, booking)


async def opened(session: ReadSession, booking: Booking) -> Opened:
    company = await orgs.company(session, booking.org_id)
    return Opened(booking, company.name, company.phone)


def link_to(links: Links, kind: LinkKind, booking: Booking) -> GivenLink:
    """The booking's present link: the same text whenever it is asked for."""
    expires_at = kind.ends_at(booking)
    if not kind.opens(booking.status) or is_erased(booking):
        return GivenLink(None, expires_at)
    holder = LinkHolder(kind.scope, booking.org_id, booking.id, getattr(booking, kind.issue), booking.created_at)
    return GivenLink(links.url(kind.path, holder, expires_at), expires_at)


async def show_link(session: ReadSession, links: Links, kind: LinkKind, booking_id: UUID) -> GivenLink:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    return link_to(links, kind, booking)


async def renew_link(
    session: WriteSession, links: Links, kind: LinkKind, actor: Mover | Customer, booking_id: UUID
) -> GivenLink:
    """Another link; those given out before open nothing any more. Locks: the booking row.

    Raises: BookingNotFound (404).
    """
    booking = await lock_as(session, actor, booking_id)
    issue = getattr(booking, kind.issue)
    setattr(booking, kind.issue, issue + 1)
    await session.flush()
    sides = {kind.issue: issue}, {kind.issue: issue + 1}
    audit.record(session, actor, audit.Change(kind.renewed, "booking", booking.id, *sides, booking.org_id))
    return link_to(links, kind, booking)
