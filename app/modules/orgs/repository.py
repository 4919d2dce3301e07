from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from geoalchemy2 import Geography

from app.kernel.geo import Point
from app.kernel.paging import PageRequest
from app.modules.orgs.models import Organization, ServiceArea
from app.modules.orgs.values import OrgStatus
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import Ready

METERS_PER_MILE = 1609.344


def geography(point: Point) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.ST_SetSRID(sa.func.ST_MakePoint(point.lng, point.lat), 4326), Geography)


async def insert_org(session: WriteSession, org: Organization, location: Point) -> None:
    org.location = geography(location)
    session.add(org)
    await session.flush()


async def insert_service_area(session: WriteSession, area: ServiceArea, center: Point) -> None:
    area.center = geography(center)
    area.area = sa.func.ST_Buffer(geography(center), float(area.radius_miles) * METERS_PER_MILE)
    session.add(area)
    await session.flush()


async def get_org(session: ReadSession, org_id: UUID) -> Organization | None:
    query = sa.select(Organization).where(Organization.id == org_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_orgs(session: ReadSession, org_ids: Collection[UUID]) -> Sequence[Organization]:
    query = sa.select(Organization).where(Organization.id.in_(org_ids))
    return (await session.execute(query)).scalars().all()


NAME = Ready(sa.select(Organization.name).where(Organization.id == sa.bindparam("org_id")))


async def get_name(session: ReadSession, org_id: UUID) -> str | None:
    rows = await NAME.rows(session, {"org_id": org_id})
    return rows[0].name if rows else None


async def lock_org(session: WriteSession, org_id: UUID) -> Organization | None:
    query = sa.select(Organization).where(Organization.id == org_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


PROFILE = (
    Organization.id,
    Organization.name,
    Organization.status,
    Organization.usdot_number,
    Organization.city,
    Organization.state,
    Organization.timezone,
    Organization.rating_average,
    Organization.rating_count,
)


async def get_profile(session: ReadSession, org_id: UUID) -> AnyRow | None:
    """A verified company as the public sees it."""
    query = sa.select(*PROFILE).where(Organization.id == org_id, Organization.status == OrgStatus.VERIFIED)
    return (await session.execute(query)).one_or_none()


async def list_profiles(session: ReadSession, page: PageRequest, state: str | None) -> Sequence[AnyRow]:
    query = sa.select(*PROFILE).where(Organization.status == OrgStatus.VERIFIED)
    if state is not None:
        query = query.where(Organization.state == state)
    if page.after is not None:
        name, last_id = page.after
        query = query.where(sa.tuple_(Organization.name, Organization.id) > sa.tuple_(name, UUID(last_id)))
    query = query.order_by(Organization.name, Organization.id).limit(page.limit + 1)
    return (await session.execute(query)).all()


async def list_service_areas(session: ReadSession, org_id: UUID) -> Sequence[AnyRow]:
    query = (
        sa.select(
            ServiceArea.id,
            ServiceArea.kind,
            ServiceArea.radius_miles,
            sa.func.ST_Y(sa.func.geometry(ServiceArea.center)).label("lat"),
            sa.func.ST_X(sa.func.geometry(ServiceArea.center)).label("lng"),
        )
        .where(ServiceArea.org_id == org_id)
        .order_by(ServiceArea.id)
    )
    return (await session.execute(query)).all()


async def count_service_areas(session: ReadSession, org_id: UUID) -> int:
    query = sa.select(sa.func.count()).select_from(ServiceArea).where(ServiceArea.org_id == org_id)
    return (await session.execute(query)).scalar_one()


async def delete_service_area(session: WriteSession, org_id: UUID, area_id: UUID) -> bool:
    query = sa.delete(ServiceArea).where(ServiceArea.org_id == org_id, ServiceArea.id == area_id)
    result = await session.execute(query.returning(ServiceArea.id))
    return result.one_or_none() is not None


async def find_orgs_covering(session: ReadSession, pickup: Point, limit: int) -> Sequence[AnyRow]:
    """Verified companies whose service area holds the point, the nearest office first."""
    point = geography(pickup)
    covering = sa.select(ServiceArea.org_id).where(sa.func.ST_Covers(ServiceArea.area, point)).distinct().subquery()
    miles = (sa.func.ST_Distance(Organization.location, point) / METERS_PER_MILE).label("distance_miles")
    query = (
        sa.select(
            Organization.id,
            Organization.name,
            Organization.rating_average,
            Organization.rating_count,
            sa.func.ST_Y(sa.func.geometry(Organization.location)).label("lat"),
            sa.func.ST_X(sa.func.geometry(Organization.location)).label("lng"),
            miles,
        )
        .join(covering, covering.c.org_id == Organization.id)
        .where(Organization.status == OrgStatus.VERIFIED)
        .order_by(miles)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def update_status(session: WriteSession, org_id: UUID, status: OrgStatus, now: datetime) -> bool:
    query = (
        sa.update(Organization)
        .where(Organization.id == org_id)
        .values(status=status, version=Organization.version + 1, updated_at=now)
        .returning(Organization.id)
    )
    return (await session.execute(query)).one_or_none() is not None
