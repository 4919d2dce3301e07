"""What the family at the door may see of a move, by a link that needs no sign-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.actor import LinkHolder
from app.modules.bookings import repository
from app.modules.bookings.models import Booking
from app.modules.bookings.service.given_links import TRACKING
from app.modules.orgs import public as orgs
from app.runtime.auth.links import SignedLinkRefused
from app.runtime.db.base import AnyRow
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity


@dataclass(frozen=True, slots=True)
class Tracked:
    booking: Booking
    company: str
    company_phone: str
    steps: Sequence[AnyRow]


async def track(database: Database, holder: LinkHolder) -> Tracked:
    """The booking behind a link, read in a short transaction as its company.

    Raises: SignedLinkRefused (404) when it was withdrawn, cancelled or erased.
    """
    async with database.read(Identity(Audience.MOVER, org_id=holder.org_id)) as session:
        booking = await repository.get_booking_of(session, holder.org_id, holder.booking_id)
        if booking is None:
            raise SignedLinkRefused
        TRACKING.require_good(booking, holder)
        company = await orgs.company(session, holder.org_id)
        steps = await repository.list_steps(session, holder.org_id, booking.id)
    return Tracked(booking, company.name, company.phone, steps)
