"""How many jobs a company takes on a day."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.modules.calendar.models import DayLimit, Resource
from app.modules.calendar.values import ResourceKind
from app.runtime.db.session import ReadSession, WriteSession

TRUCKS = (
    sa.select(Resource.org_id, sa.func.count().label("trucks"))
    .where(Resource.kind == ResourceKind.TRUCK, Resource.retired_at.is_(None))
    .group_by(Resource.org_id)
    .subquery("trucks_in_service")
)


async def get_limits(session: ReadSession, org_id: UUID) -> DayLimit | None:
    return (await session.execute(sa.select(DayLimit).where(DayLimit.org_id == org_id))).scalar_one_or_none()


async def lock_limits(session: WriteSession, org_id: UUID) -> DayLimit | None:
    query = sa.select(DayLimit).where(DayLimit.org_id == org_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def insert_limits(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(sa.insert(DayLimit).values(**row))
