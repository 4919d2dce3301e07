from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.geo import Point
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.places import Place
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.orgs import repository
from app.modules.orgs.errors import LastServiceArea, OrgNotFound, ServiceAreaNotFound
from app.modules.orgs.models import Organization, ServiceArea
from app.modules.orgs.schemas import OrgIn, OrgPatch, ServiceAreaIn, ServiceAreaOut
from app.modules.orgs.values import AreaKind, OrgStatus
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

FIRST_RADIUS_MILES: Final = Decimal(50)


async def create_org(session: WriteSession, org_id: UUID, body: OrgIn, address: Place, now: datetime) -> Organization:
    """A draft company with a service area of 50 miles around its address. The session's company is `org_id`."""
    org = Organization(
        id=org_id,
        name=body.name,
        phone=body.phone,
        timezone=body.timezone,
        usdot_number=body.usdot_number,
        status=OrgStatus.DRAFT,
        address=address.model_dump(mode="json"),
        city=address.city,
        state=address.state,
        rating_count=0,
        version=1,
        created_at=now,
        updated_at=now,
    )
    await repository.insert_org(session, org, address.location)
    await _add_area(session, org_id, address.location, FIRST_RADIUS_MILES)
    return org


async def _add_area(session: WriteSession, org_id: UUID, center: Point, radius_miles: Decimal) -> ServiceAreaOut:
    # As it is stored, and will be read again.
    radius_miles = radius_miles.quantize(Decimal("0.1"))
    area = ServiceArea(org_id=org_id, id=new_id(), kind=AreaKind.RADIUS, radius_miles=radius_miles)
    await repository.insert_service_area(session, area, center)
    return ServiceAreaOut(id=area.id, kind=area.kind, center=center, radius_miles=radius_miles)


async def show_org(session: ReadSession, actor: Mover) -> Organization:
    """Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, actor.org_id)
    if org is None:
        raise OrgNotFound
    return org


async def list_profiles(session: ReadSession, page: PageRequest, state: str | None) -> Sequence[AnyRow]:
    """Up to one row more than the page holds, by name."""
    return await repository.list_profiles(session, page, state)


async def show_profile(session: ReadSession, org_id: UUID) -> AnyRow:
    """Raises: OrgNotFound (404) for a company that is not verified, too."""
    profile = await repository.get_profile(session, org_id)
    if profile is None:
        raise OrgNotFound
    return profile


async def change_org(session: WriteSession, actor: Mover, patch: OrgPatch, version: int | None) -> Organization:
    """Locks: the company's row. Raises: OrgNotFound (404), PreconditionFailed (412)."""
    org = await repository.lock_org(session, actor.org_id)
    if org is None:
        raise OrgNotFound
    check_version(org.version, version)
    before = fields_of(org, patch.model_fields_set)
    for name, value in patch.model_dump(exclude_unset=True).items():
        setattr(org, name, value)
    org.version += 1
    org.updated_at = actor.now
    await session.flush()
    change = Change("orgs.company_changed", "company", org.id, before, fields_of(org, before))
    record(session, actor, change)
    return org


async def list_service_areas(session: ReadSession, actor: Mover) -> list[ServiceAreaOut]:
    rows = await repository.list_service_areas(session, actor.org_id)
    return [
        ServiceAreaOut(id=row.id, kind=row.kind, center=Point(lat=row.lat, lng=row.lng), radius_miles=row.radius_miles)
        for row in rows
    ]


async def add_service_area(session: WriteSession, actor: Mover, body: ServiceAreaIn) -> ServiceAreaOut:
    """Raises: OrgNotFound (404)."""
    center = body.center
    if center is None:
        org = await show_org(session, actor)
        center = Place.model_validate(org.address).location
    area = await _add_area(session, actor.org_id, center, body.radius_miles)
    after = {"kind": area.kind, "radius_miles": area.radius_miles}
    record(session, actor, Change("orgs.service_area_added", "service_area", area.id, after=after))
    return area


async def remove_service_area(session: WriteSession, actor: Mover, area_id: UUID) -> None:
    """Locks: the company's row, so that two removals cannot leave none.

    Raises: ServiceAreaNotFound (404), LastServiceArea (409).
    """
    await repository.lock_org(session, actor.org_id)
    if not await repository.delete_service_area(session, actor.org_id, area_id):
        raise ServiceAreaNotFound
    if await repository.count_service_areas(session, actor.org_id) == 0:
        raise LastServiceArea
    record(session, actor, Change("orgs.service_area_removed", "service_area", area_id))
