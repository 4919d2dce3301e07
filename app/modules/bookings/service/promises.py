"""What a company kept of what it promised, for its place in searches.

Jobs by hand are left out: a company makes as many of those as it likes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.modules.audit import public as audit
from app.modules.bookings import repository
from app.modules.bookings.values import BookingStatus
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

COUNTED_FOR: Final = timedelta(days=365)


async def count_promises(session: WriteSession, org_id: UUID, now: datetime) -> None:
    """Tell the company how it stands at this instant. Locks: its counts, so that the last to count has seen all."""
    await orgs.lock_counts(session, org_id)
    row = await repository.count_promises(session, org_id, now - COUNTED_FOR)
    await orgs.set_promises(session, org_id, orgs.Promises(row.kept, row.cancelled, row.missed, row.called_off, now))


async def is_missed(session: ReadSession, org_id: UUID, booking_id: UUID) -> bool:
    booking = await repository.get_booking_of(session, org_id, booking_id)
    return booking is not None and booking.status is BookingStatus.NO_SHOW


async def count_all_promises(resources: Resources) -> None:
    """Of every company, each in a transaction of its own: what was promised a year ago is forgotten."""
    now = resources.clock.now()
    for org_id in await audit.company_ids(resources.database):
        async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
            await count_promises(session, org_id, now)
