"""Another time for a move, by a link that needs no sign-in: each step in a transaction of its own, as the company."""

from __future__ import annotations

from datetime import datetime

from app.kernel.actor import LinkHolder
from app.modules.bookings.schemas import RescheduleIn
from app.modules.bookings.service.given_links import RESCHEDULING, Opened, as_company, open_given, opened
from app.modules.bookings.service.reschedule import Foreseen, foresee_reschedule, reschedule_booking
from app.runtime.db.session import Database
from app.runtime.settings import MarketSettings


async def open_link(database: Database, holder: LinkHolder) -> Opened:
    """Raises: SignedLinkRefused (404)."""
    async with database.read(as_company(holder)) as session:
        return await open_given(session, RESCHEDULING, holder)


async def foresee_by_link(
    database: Database, holder: LinkHolder, starts_at: datetime, settings: MarketSettings
) -> Foreseen:
    """Raises: what `foresee_reschedule` raises."""
    async with database.read(as_company(holder)) as session:
        return await foresee_reschedule(session, holder, holder.booking_id, starts_at, settings=settings)


async def reschedule_by_link(
    database: Database, holder: LinkHolder, body: RescheduleIn, settings: MarketSettings
) -> Opened:
    """Give the booking another start, as its customer would. The link is spent by that: of two at once one is.

    Raises, locks, emits: what `reschedule_booking` does; SignedLinkRefused (404).
    """
    async with database.write(as_company(holder)) as session:
        booking = await reschedule_booking(session, holder, holder.booking_id, body, None, settings=settings)
        return await opened(session, booking)
