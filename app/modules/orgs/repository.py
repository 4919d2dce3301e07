from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql as pg

from app.kernel.geo import Point
from app.kernel.paging import PageRequest
from app.modules.orgs.models import Branch, CompanyDayOff, Organization, ServiceArea
from app.modules.orgs.values import AreaKind, OrgStatus, Promises, Sought, Wish
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.spelling import says
from app.runtime.db.statements import Ready

METERS_PER_MILE = 1609.344
# Of a degree: as many as a double has.
MOST_DIGITS = 15
# Of a telephone number that somebody says.
FEWEST_DIGITS = 7


def geography(point: Point) -> sa.ColumnElement[Any]:
    return _geography(point.lng, point.lat)


def _geography(lng: Any, lat: Any) -> sa.ColumnElement[Any]:
    return sa.cast(sa.func.ST_SetSRID(sa.func.ST_MakePoint(lng, lat), 4326), Geography)


async def insert_org(session: WriteSession, org: Organization, location: Point) -> None:
    org.location = geography(location)
    session.add(org)
    await session.flush()


async def list_told_numbers(session: ReadSession, page: PageRequest) -> Sequence[Organization]:
    """For staff: whose U.S. DOT number waits for a look, the oldest first; one more than the page holds."""
    query = sa.select(Organization).where(
        Organization.told_usdot_number.is_not(None), Organization.told_usdot_refusal.is_(None)
    )
    if page.after is not None:
        told_at, last_id = datetime.fromisoformat(page.after[0]), UUID(page.after[1])
        query = query.where(sa.tuple_(Organization.told_usdot_at, Organization.id) > sa.tuple_(told_at, last_id))
    query = query.order_by(Organization.told_usdot_at, Organization.id).limit(page.limit + 1)
    return (await session.execute(query)).scalars().all()


async def insert_circle(session: WriteSession, area: ServiceArea, center: Point, radius_miles: Decimal) -> None:
    area.center, area.radius_miles = center, radius_miles
    area.area = sa.func.ST_Buffer(geography(center), float(radius_miles) * METERS_PER_MILE)
    session.add(area)
    await session.flush()


async def insert_polygon(session: WriteSession, area: ServiceArea, geojson: str) -> None:
    area.area = sa.func.geography(sa.func.ST_GeomFromGeoJSON(geojson))
    session.add(area)
    await session.flush()


MEASURED = sa.text(
    """
    SELECT CASE WHEN ST_IsValid(g) THEN NULL ELSE ST_IsValidReason(g) END AS fault,
        CASE WHEN ST_IsValid(g) THEN ST_Area(g::geography) / (1609.344 * 1609.344) END AS square_miles
    FROM (SELECT ST_GeomFromGeoJSON(:geojson) AS g) AS told
    """
)


async def measure_polygon(session: ReadSession, geojson: str) -> tuple[str | None, float | None]:
    """What is wrong with it, or how many square miles it has."""
    row = (await session.execute(MEASURED, {"geojson": geojson})).one()
    return row.fault, row.square_miles


async def get_org(session: ReadSession, org_id: UUID) -> Organization | None:
    query = sa.select(Organization).where(Organization.id == org_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_orgs(session: ReadSession, org_ids: Collection[UUID]) -> Sequence[Organization]:
    query = sa.select(Organization).where(Organization.id.in_(org_ids))
    return (await session.execute(query)).scalars().all()


COMPANIES = sa.select(Organization.id, Organization.name, Organization.status).subquery("companies")
NAME = Ready(sa.select(Organization.name, Organization.status).where(Organization.id == sa.bindparam("org_id")))


ZONE = Ready(sa.select(Organization.timezone).where(Organization.id == sa.bindparam("org_id")))


async def get_zone(session: ReadSession, org_id: UUID) -> str | None:
    rows = await ZONE.rows(session, {"org_id": org_id})
    return rows[0].timezone if rows else None


async def get_name(session: ReadSession, org_id: UUID) -> tuple[str, OrgStatus] | None:
    """With its status."""
    rows = await NAME.rows(session, {"org_id": org_id})
    return (rows[0].name, OrgStatus(rows[0].status)) if rows else None


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
    """`geojson`: text, of polygons alone."""
    geojson = sa.case((ServiceArea.kind == AreaKind.POLYGON, sa.func.ST_AsGeoJSON(ServiceArea.area, MOST_DIGITS)))
    query = sa.select(
        ServiceArea.id, ServiceArea.kind, ServiceArea.center, ServiceArea.radius_miles, geojson.label("geojson")
    )
    return (await session.execute(query.where(ServiceArea.org_id == org_id).order_by(ServiceArea.id))).all()


async def count_service_areas(session: ReadSession, org_id: UUID) -> int:
    query = sa.select(sa.func.count()).select_from(ServiceArea).where(ServiceArea.org_id == org_id)
    return (await session.execute(query)).scalar_one()


async def delete_service_area(session: WriteSession, org_id: UUID, area_id: UUID) -> bool:
    query = sa.delete(ServiceArea).where(ServiceArea.org_id == org_id, ServiceArea.id == area_id)
    result = await session.execute(query.returning(ServiceArea.id))
    return result.one_or_none() is not None


PICKUP, DESTINATION = (
    _geography(sa.bindparam(f"{end}_lng", type_=sa.Float), sa.bindparam(f"{end}_lat", type_=sa.Float))
    for end in ("pickup", "destination")
)
DAYS_OFF = sa.select(CompanyDayOff.day).where(
    CompanyDayOff.org_id == Organization.id,
    CompanyDayOff.day.between(sa.bindparam("first_day", type_=sa.Date), sa.bindparam("last_day", type_=sa.Date)),
)
REACHED = sa.exists().where(ServiceArea.org_id == Organization.id, sa.func.ST_Covers(ServiceArea.area, DESTINATION))
# The columns of `Terms`, beside a company's own.
TERMS = (
    sa.func.array(DAYS_OFF.scalar_subquery(), type_=pg.ARRAY(sa.Date)).label("days_off"),
    sa.case((Organization.requires_both_ends, REACHED), else_=True).label("reaches_destination"),
)


def _values_of(wish: Wish) -> dict[str, Any]:
    return {
        "destination_lng": wish.destination.lng,
        "destination_lat": wish.destination.lat,
        "first_day": wish.first_day,
        "last_day": wish.last_day,
    }


ORG_FOR = Ready(
    sa.select(
        Organization.id,
        Organization.name,
        Organization.phone,
        Organization.usdot_number,
        Organization.status,
        Organization.address,
        Organization.timezone,
        Organization.lead_time_hours,
        Organization.business_hours,
        Organization.arrival_window_minutes,
        *TERMS,
    ).where(Organization.id == sa.bindparam("org_id"))
)


async def get_org_for(session: ReadSession, org_id: UUID, wish: Wish) -> DriverRow | None:
    """The columns of `Company` and of `Terms`."""
    rows = await ORG_FOR.rows(session, {"org_id": org_id, **_values_of(wish)})
    return rows[0] if rows else None


COVERING = sa.select(ServiceArea.org_id).where(sa.func.ST_Covers(ServiceArea.area, PICKUP)).distinct().subquery()
MILES = (sa.func.ST_Distance(Organization.location, PICKUP) / METERS_PER_MILE).label("distance_miles")
ORGS_COVERING = Ready(
    sa.select(
        Organization.id,
        Organization.name,
        Organization.rating_average,
        Organization.rating_count,
        MILES,
        Organization.kept_count,
        Organization.cancelled_count,
        Organization.missed_count,
        Organization.timezone,
        Organization.lead_time_hours,
        Organization.business_hours,
        Organization.arrival_window_minutes,
        *TERMS,
    )
    .join(COVERING, COVERING.c.org_id == Organization.id)
    .where(Organization.status == OrgStatus.VERIFIED)
    .order_by(MILES)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def find_orgs_covering(session: ReadSession, wish: Wish, limit: int) -> Sequence[DriverRow]:
    """Verified companies whose service area holds the pickup, the nearest office first: the columns of `NearbyCompany`
    and of `Terms`, in their order.
    """
    pickup = {"pickup_lng": wish.pickup.lng, "pickup_lat": wish.pickup.lat}
    return await ORGS_COVERING.rows(session, pickup | _values_of(wish) | {"limit": limit})


async def insert_day_off(session: WriteSession, day_off: CompanyDayOff) -> None:
    session.add(day_off)
    await session.flush()


async def list_days_off(session: ReadSession, org_id: UUID, since: date) -> Sequence[CompanyDayOff]:
    query = sa.select(CompanyDayOff).where(CompanyDayOff.org_id == org_id, CompanyDayOff.day >= since)
    return (await session.execute(query.order_by(CompanyDayOff.day))).scalars().all()


async def delete_day_off(session: WriteSession, org_id: UUID, day_off_id: UUID) -> date | None:
    """The day that it was; None when there is none."""
    query = sa.delete(CompanyDayOff).where(CompanyDayOff.org_id == org_id, CompanyDayOff.id == day_off_id)
    return (await session.execute(query.returning(CompanyDayOff.day))).scalar_one_or_none()


async def update_status(session: WriteSession, org_id: UUID, status: OrgStatus, now: datetime) -> bool:
    query = (
        sa.update(Organization)
        .where(Organization.id == org_id)
        .values(status=status, version=Organization.version + 1, updated_at=now)
        .returning(Organization.id)
    )
    return (await session.execute(query)).one_or_none() is not None


def _is_sought(sought: Sought) -> sa.ColumnElement[bool]:
    ways = [Organization.id.in_(sought.org_ids), says(Organization.name, sought.text)]
    if sought.usdot_number is not None:
        ways.append(Organization.usdot_number == sought.usdot_number)
    digits = "".join(letter for letter in sought.text if letter.isdigit())
    if len(digits) >= FEWEST_DIGITS:
        ways.append(sa.func.regexp_replace(Organization.phone, r"\D", "", "g").endswith(digits, autoescape=True))
    return sa.or_(*ways)


async def list_sought(
    session: ReadSession, page: PageRequest, sought: Sought | None, status: OrgStatus | None
) -> Sequence[Organization]:
    """For staff, by name; one row more than the page holds."""
    query = sa.select(Organization)
    if sought is not None:
        query = query.where(_is_sought(sought))
    if status is not None:
        query = query.where(Organization.status == status)
    if page.after is not None:
        name, last_id = page.after
        query = query.where(sa.tuple_(Organization.name, Organization.id) > sa.tuple_(name, UUID(last_id)))
    query = query.order_by(Organization.name, Organization.id).limit(page.limit + 1)
    return (await session.execute(query)).scalars().all()


async def lock_counts(session: WriteSession, org_id: UUID) -> None:
    """What is counted from here on is counted alone; who writes what belongs to the company does not wait."""
    await session.execute(sa.select(Organization.id).where(Organization.id == org_id).with_for_update(key_share=True))


async def update_counts(session: WriteSession, org_id: UUID, promises: Promises) -> None:
    """Nothing that a member wrote: the version stays."""
    counts = {
        "kept_count": promises.kept,
        "cancelled_count": promises.cancelled,
        "missed_count": promises.missed,
        "called_off_count": promises.called_off,
        "counted_at": promises.counted_at,
    }
    await session.execute(
        sa.update(Organization).where(Organization.id == org_id).values(**counts),
        execution_options={"synchronize_session": False},
    )


async def insert_branch(session: WriteSession, branch: Branch) -> None:
    session.add(branch)
    await session.flush()


async def get_branch(session: ReadSession, org_id: UUID, branch_id: UUID) -> Branch | None:
    query = sa.select(Branch).where(Branch.org_id == org_id, Branch.id == branch_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_branch(session: WriteSession, org_id: UUID, branch_id: UUID) -> Branch | None:
    query = sa.select(Branch).where(Branch.org_id == org_id, Branch.id == branch_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_branches(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[Branch]:
    query = sa.select(Branch).where(Branch.org_id == org_id)
    if page.after is not None:
        query = query.where(Branch.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(Branch.id).limit(page.limit + 1))).scalars().all()


async def list_open_branches(session: ReadSession, org_id: UUID) -> dict[UUID, str]:
    """Names by id."""
    query = sa.select(Branch.id, Branch.name).where(Branch.org_id == org_id, Branch.closed_at.is_(None))
    return {row.id: row.name for row in await session.execute(query)}
