from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Customer, Mover
from app.modules.bookings import rules
from app.modules.bookings.errors import CompanyNotBookable, HoldExpired
from app.modules.bookings.events import BookingConfirmed
from app.modules.bookings.service.doors import issue_codes
from app.modules.bookings.service.hold import Held
from app.modules.bookings.service.steps import lock_as, write_step
from app.modules.calendar import public as calendar
from app.modules.market import public as market
from app.modules.orgs import public as orgs
from app.modules.pricing import public as pricing
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def confirm_booking(session: WriteSession, actor: Mover | Customer, booking_id: UUID) -> Held:
    """Confirm a held booking: its trucks and crew are kept for the moving day, its limited discounts are had, and its
    quote says that it was booked.

    Locks: the booking row, then its reservations.
    Raises: BookingNotFound (404), CompanyNotBookable (409) for one suspended since the hold, BookingNotHeld (409),
    HoldExpired (409), DiscountUsedUp (409).
    Emits: booking.confirmed.
    """
    booking = await lock_as(session, actor, booking_id)
    name, standing = await orgs.name_and_status(session, booking.org_id)
    came_from = booking.status
    booking.status = rules.confirm(booking.status, booking.hold_expires_at, actor.now)
    if standing is orgs.OrgStatus.SUSPENDED:
        raise CompanyNotBookable
    booking.hold_expires_at = None
    booking.confirmed_at = actor.now
    kept = await calendar.keep(session, booking.org_id, booking.id)
    if kept != rules.count_taken(vars(booking)):
        # Asked in time and late all the same: the hold ended meanwhile, and somebody else has what it held.
        raise HoldExpired
    booking.discounts_used = await pricing.use_discounts(
        session, booking.org_id, booking.pricing_config_id, booking.price
    )
    if booking.quote_id is not None:
        await market.take_quote(session, booking.org_id, booking.quote_id, booking.id)
    await write_step(session, booking, actor, came_from=came_from)
    if booking.asks_door_codes:
        await issue_codes(session, booking, actor.now)
    emit(session, BookingConfirmed(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return Held(booking, name)
