"""What bookings were priced by, for those who price them again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.modules.bookings.repository.bookings import BOOKINGS, LIVE
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession
from app.runtime.db.walk import Walk

PRICED = sa.select(
    *(
        BOOKINGS.c[name]
        for name in (
            *("org_id", "id", "pricing_config_id", "job", "price", "total", "currency"),
            *("actuals", "final_price"),
        )
    )
)


async def list_priced(session: ReadSession, walk: Walk) -> Sequence[AnyRow]:
    """The next bookings of a walk over all companies, with what their prices were made of."""
    return (await session.execute(walk.step(PRICED, BOOKINGS, BOOKINGS.c.created_at))).all()


async def list_latest_priced(session: ReadSession, org_id: UUID, since: datetime, limit: int) -> Sequence[AnyRow]:
    """(id, reference, starts_at, job) of the company's bookings by its price list that were made since then and not
    called off, the latest first. Ids rise with the time.
    """
    query = sa.select(BOOKINGS.c.id, BOOKINGS.c.reference, BOOKINGS.c.starts_at, BOOKINGS.c.job).where(
        BOOKINGS.c.org_id == org_id, BOOKINGS.c.pricing_config_id.is_not(None), BOOKINGS.c.created_at >= since, LIVE
    )
    return (await session.execute(query.order_by(BOOKINGS.c.id.desc()).limit(limit))).all()


async def list_final_prices(session: ReadSession, keys: Collection[tuple[UUID, UUID]]) -> Sequence[AnyRow]:
    """(id, final_price) of these bookings, by company and id."""
    query = sa.select(BOOKINGS.c.id, BOOKINGS.c.final_price)
    return (await session.execute(query.where(sa.tuple_(BOOKINGS.c.org_id, BOOKINGS.c.id).in_(keys)))).all()
