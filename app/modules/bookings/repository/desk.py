"""What is asked of a company's bookings as a whole, or of all companies' by staff."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.modules.bookings.models import Booking
from app.modules.bookings.repository.bookings import is_open
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import ReadSession

MOST_FOUND: Final = 50
SHOWN: Final = [
    "id",
    "reference",
    "status",
    "starts_at",
    "ends_at",
    "pickup_zone",
    "contact",
    "origin",
    "destination",
    "truck_ids",
    "driver_ids",
]


async def list_open_after(session: ReadSession, org_id: UUID, since: datetime, now: datetime) -> Sequence[AnyRow]:
    """What is held or promised, not done, and ends after `since`, the first first."""
    query = (
        sa.select(*(table_of(Booking).c[name] for name in SHOWN))
        .where(Booking.org_id == org_id, Booking.ends_at > since, is_open(now))
        .order_by(Booking.starts_at, Booking.id)
    )
    return (await session.execute(query)).all()


async def list_by_reference(session: ReadSession, reference: str) -> Sequence[Booking]:
    """For staff, who are told a reference and no company."""
    query = (
        sa.select(Booking).where(Booking.reference == reference).order_by(Booking.created_at.desc()).limit(MOST_FOUND)
    )
    return (await session.execute(query)).scalars().all()


async def list_orgs_of_contact(session: ReadSession, email: str | None, phone: str | None) -> set[UUID]:
    """For staff: whose customer left this address or number with a booking."""
    ways = [Booking.contact["email"].astext == email] if email else []
    if phone:
        ways.append(Booking.contact["phone"].astext == phone)
    query = sa.select(Booking.org_id).where(sa.or_(*ways)).distinct().limit(MOST_FOUND)
    return set((await session.execute(query)).scalars())
