"""Where a company picks up: circles and polygons, one of them at least."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.geo import Point
from app.kernel.ids import new_id
from app.kernel.places import Place
from app.modules.audit.public import Change, record
from app.modules.orgs import repository, rules
from app.modules.orgs.errors import AreaRefused, LastServiceArea, OrgNotFound, ServiceAreaNotFound
from app.modules.orgs.models import ServiceArea
from app.modules.orgs.schemas.service_areas import GeoPolygon, ServiceAreaIn, ServiceAreaOut
from app.modules.orgs.values import AreaKind
from app.runtime.db.session import ReadSession, WriteSession

RINGS: Final = "/polygon/coordinates"


async def list_service_areas(session: ReadSession, actor: Mover) -> list[ServiceAreaOut]:
    rows = await repository.list_service_areas(session, actor.org_id)
    return [
        ServiceAreaOut(
            id=row.id,
            kind=row.kind,
            center=row.center,
            radius_miles=row.radius_miles,
            polygon=None if row.geojson is None else GeoPolygon.model_validate_json(row.geojson),
        )
        for row in rows
    ]


async def add_service_area(session: WriteSession, actor: Mover, body: ServiceAreaIn) -> ServiceAreaOut:
    """Raises: OrgNotFound (404), AreaRefused (422)."""
    if body.polygon is not None:
        area = await _add_polygon(session, actor.org_id, body.polygon)
    else:
        center = body.center or await _office(session, actor.org_id)
        area = await add_circle(session, actor.org_id, center, body.radius_miles or Decimal(0))
    after = {"kind": area.kind, "radius_miles": area.radius_miles}
    record(session, actor, Change("orgs.service_area_added", "service_area", area.id, after=after))
    return area


async def _office(session: WriteSession, org_id: UUID) -> Point:
    org = await repository.get_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return Place.model_validate(org.address).location


async def add_circle(session: WriteSession, org_id: UUID, center: Point, radius_miles: Decimal) -> ServiceAreaOut:
    # As it is stored, and will be read again.
    radius_miles = radius_miles.quantize(Decimal("0.1"))
    area = ServiceArea(org_id=org_id, id=new_id(), kind=AreaKind.RADIUS)
    await repository.insert_circle(session, area, center, radius_miles)
    return ServiceAreaOut(id=area.id, kind=area.kind, center=center, radius_miles=radius_miles, polygon=None)


async def _add_polygon(session: WriteSession, org_id: UUID, polygon: GeoPolygon) -> ServiceAreaOut:
    rules.check_rings(polygon.coordinates, RINGS)
    geojson = json.dumps(polygon.model_dump())
    fault, square_miles = await repository.measure_polygon(session, geojson)
    if fault is not None or square_miles is None:
        raise AreaRefused(faults=(Fault(RINGS, "invalid_polygon", f"is no valid polygon: {fault}"),))
    if square_miles > rules.LARGEST_SQUARE_MILES:
        told = f"has {square_miles:,.0f} square miles; {rules.LARGEST_SQUARE_MILES:,} are the most"
        raise AreaRefused(faults=(Fault(RINGS, "area_too_large", told),))
    area = ServiceArea(org_id=org_id, id=new_id(), kind=AreaKind.POLYGON, center=None, radius_miles=None)
    await repository.insert_polygon(session, area, geojson)
    return ServiceAreaOut(id=area.id, kind=area.kind, center=None, radius_miles=None, polygon=polygon)


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
