"""Calendar feeds, and the moves in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.modules.bookings.models import Booking, CalendarFeed
from app.modules.bookings.repository.bookings import QUIET
from app.runtime.db.session import ReadSession, WriteSession


async def list_for_feed(
    session: ReadSession, org_id: UUID, between: tuple[datetime, datetime], resource_id: UUID | None, limit: int
) -> Sequence[Booking]:
    """What was ever confirmed and starts between, cancelled ones among them, the first first."""
    since, until = between
    query = sa.select(Booking).where(
        Booking.org_id == org_id,
        Booking.starts_at >= since,
        Booking.starts_at < until,
        Booking.confirmed_at.is_not(None),
    )
    if resource_id is not None:
        named = Booking.truck_ids.op("||")(Booking.driver_ids).op("||")(Booking.equipment_ids)
        query = query.where(sa.literal(resource_id) == sa.any_(named))
    return (await session.execute(query.order_by(Booking.starts_at, Booking.id).limit(limit))).scalars().all()


LIVE_FEEDS = sa.select(CalendarFeed).where(CalendarFeed.revoked_at.is_(None)).order_by(CalendarFeed.id)


async def get_feed(session: ReadSession, org_id: UUID, feed_id: UUID) -> CalendarFeed | None:
    query = LIVE_FEEDS.where(CalendarFeed.org_id == org_id, CalendarFeed.id == feed_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_feeds(session: ReadSession, org_id: UUID) -> Sequence[CalendarFeed]:
    return (await session.execute(LIVE_FEEDS.where(CalendarFeed.org_id == org_id))).scalars().all()


async def revoke_feed(session: WriteSession, org_id: UUID, feed_id: UUID, now: datetime) -> bool:
    query = (
        sa.update(CalendarFeed)
        .where(CalendarFeed.org_id == org_id, CalendarFeed.id == feed_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
    )
    return (await session.execute(query, execution_options=QUIET)).one_or_none() is not None
