"""When trucks and people work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.modules.calendar.models import Resource, Shifts
from app.modules.calendar.values import Hours, ResourceKind, Spans
from app.runtime.db.session import ReadSession, WriteSession


async def kind_of(session: ReadSession, org_id: UUID, resource_id: UUID) -> ResourceKind | None:
    """Of a resource in service; None for one that is not."""
    query = sa.select(Resource.kind).where(
        Resource.org_id == org_id, Resource.id == resource_id, Resource.retired_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def get_shifts(session: ReadSession, org_id: UUID, resource_id: UUID) -> Shifts | None:
    query = sa.select(Shifts).where(Shifts.org_id == org_id, Shifts.resource_id == resource_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_shifts(session: WriteSession, org_id: UUID, resource_id: UUID) -> Shifts | None:
    query = sa.select(Shifts).where(Shifts.org_id == org_id, Shifts.resource_id == resource_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def insert_shifts(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(sa.insert(Shifts).values(**row))


async def set_hours(session: WriteSession, org_id: UUID, resource_id: UUID, hours: Hours) -> None:
    query = (
        sa.update(Resource)
        .where(Resource.org_id == org_id, Resource.id == resource_id)
        .values(
            hours_zone=hours.zone,
            hours_weekly=_multirange(hours.weekly),
            hours_less=_multirange(hours.less),
            hours_more=_multirange(hours.more),
        )
    )
    await session.execute(query, execution_options={"synchronize_session": False})


def _multirange(spans: Spans) -> list[pg.Range[int]]:
    return [pg.Range(start, end) for start, end in spans]
