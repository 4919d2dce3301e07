"""Another time for a move, by a link that needs no sign-in: each step in a transaction of its own, as the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.kernel.actor import LinkHolder
from app.modules.bookings import repository
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import RescheduleIn
from app.modules.bookings.service.given_links import RESCHEDULING
from app.modules.bookings.service.reschedule import Foreseen, foresee_reschedule, reschedule_booking
from app.modules.orgs import public as orgs
from app.runtime.auth.links import SignedLinkRefused
from app.runtime.db.session import Database, ReadSession
from app.runtime.db.tenancy import Audience, Identity


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link shows."""

    booking: Booking
    company: str
    company_phone: str


async def open_link(database: Database, holder: LinkHolder) -> Opened:
    """Raises: SignedLinkRefused (404)."""
    async with database.read(_as_company(holder)) as session:
        booking = await repository.get_booking_of(session, holder.org_id, holder.booking_id)
        if booking is None:
            raise SignedLinkRefused
        RESCHEDULING.require_good(booking, holder)
        return await _opened(session, booking)


async def foresee_by_link(database: Database, holder: LinkHolder, starts_at: datetime) -> Foreseen:
    """Raises: what `foresee_reschedule` raises."""
    async with database.read(_as_company(holder)) as session:
        return await foresee_reschedule(session, holder, holder.booking_id, starts_at)


async def reschedule_by_link(database: Database, holder: LinkHolder, body: RescheduleIn) -> Opened:
    """Give the booking another start, as its customer would. The link is spent by that: of two at once one is.

    Raises, locks, emits: what `reschedule_booking` does; SignedLinkRefused (404).
    """
    async with database.write(_as_company(holder)) as session:
        booking = await reschedule_booking(session, holder, holder.booking_id, body, None)
        return await _opened(session, booking)


def _as_company(holder: LinkHolder) -> Identity:
    return Identity(Audience.MOVER, org_id=holder.org_id)


async def _opened(session: ReadSession, booking: Booking) -> Opened:
    company = await orgs.company(session, booking.org_id)
    return Opened(booking, company.name, company.phone)
