"""What is asked of a company's bookings as a whole, or of all companies' by staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.modules.bookings.models import Booking
from app.modules.bookings.repository.bookings import is_open
from app.modules.bookings.values import SoughtBookings
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import ReadSession
from app.runtime.db.spelling import escaped

MOST_FOUND: Final = 50
SHOWN: Final = [
    "id",
    "reference",
    "status",
    "starts_at",
    "ends_at",
    "pickup_zone",
    "contact_name",
    "sealed_contact",
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


async def list_sought(session: ReadSession, sought: SoughtBookings, contacts: Collection[bytes]) -> Sequence[Booking]:
    """For staff, who are told no company; the latest first. `contacts`: keyed hashes of the address and the number. A
    name is looked for alone.
    """
    if sought.name is not None:
        return await _list_named(session, sought.name)
    ways: list[sa.ColumnElement[bool]] = []
    if sought.reference is not None:
        ways.append(Booking.reference == sought.reference)
    if contacts:
        ways += [Booking.email_index.in_(contacts), Booking.phone_index.in_(contacts)]
    if sought.customer_id is not None:
        ways.append(Booking.customer_id == sought.customer_id)
    if sought.ids:
        ways.append(sa.tuple_(Booking.org_id, Booking.id).in_(sought.ids))
    if not ways:
        return []
    return await _latest(session, sa.or_(*ways))


async def _list_named(session: ReadSession, name: str) -> Sequence[Booking]:
    named = sa.func.app.bookings_named(escaped(name), name, MOST_FOUND).table_valued("org_id", "id")
    ids = sa.select(named.c.org_id, named.c.id)
    return await _latest(session, sa.tuple_(Booking.org_id, Booking.id).in_(ids))


async def _latest(session: ReadSession, condition: sa.ColumnElement[bool]) -> Sequence[Booking]:
    query = sa.select(Booking).where(condition).order_by(Booking.created_at.desc(), Booking.id).limit(MOST_FOUND)
    return (await session.execute(query)).scalars().all()
