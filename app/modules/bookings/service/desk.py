"""What staff are told of bookings: by what somebody on the phone says, and of a company that is out of the market."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.modules.bookings import repository
from app.modules.bookings.service.contacts import email_index, phone_index
from app.modules.bookings.values import BookingStatus, FoundBooking, OpenBooking, SoughtBookings
from app.runtime.db.session import ReadSession


async def open_bookings_of(session: ReadSession, org_id: UUID, now: datetime) -> list[OpenBooking]:
    """What a company still has to do, the first first."""
    rows = await repository.list_open_after(session, org_id, now, now)
    return [OpenBooking(row.id, row.reference, BookingStatus(row.status), row.starts_at, row.ends_at) for row in rows]


async def find_bookings(session: ReadSession, sought: SoughtBookings) -> Sequence[FoundBooking]:
    """For staff: the bookings of all companies that any of this says, the latest first, fifty at most."""
    contacts = [email_index(session.seals, sought.email)] if sought.email else []
    contacts += [phone_index(session.seals, sought.phone)] if sought.phone else []
    rows = await repository.list_sought(session, sought, contacts)
    return [
        FoundBooking(
            id=row.id,
            org_id=row.org_id,
            reference=row.reference,
            status=row.status,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            customer=row.contact_name,
            origin=f"{row.origin['city']}, {row.origin['state']}",
            destination=f"{row.destination['city']}, {row.destination['state']}",
        )
        for row in rows
    ]
