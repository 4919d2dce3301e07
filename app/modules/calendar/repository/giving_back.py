"""What is left of a job that ends early, or goes on with others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.modules.calendar.models import Reservation
from app.modules.calendar.values import SHORTEST_WINDOW
from app.runtime.db.session import WriteSession


async def give_back(
    session: WriteSession,
    org_id: UUID,
    source_id: UUID,
    since: datetime,
    resource_ids: Sequence[UUID] | None = None,
    *,
    until: datetime | None = None,
) -> None:
    """Free what the source has taken from that instant on, of these resources or of all. What it had until then stays
    written; less than a quarter of an hour is nothing. `until`: what begins then or later it keeps.
    """
    is_begun = Reservation.starts_at <= since - SHORTEST_WINDOW
    query = sa.update(Reservation).where(
        Reservation.org_id == org_id,
        Reservation.source_id == source_id,
        Reservation.active,
        Reservation.ends_at > since,
    )
    if resource_ids is not None:
        query = query.where(Reservation.resource_id.in_(resource_ids))
    if until is not None:
        query = query.where(Reservation.starts_at < until)
    until_now = sa.func.tstzrange(Reservation.starts_at, since)
    changed = query.values(during=sa.case((is_begun, until_now), else_=Reservation.during), active=is_begun)
    await session.execute(changed, execution_options={"synchronize_session": False})
