from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.modules.orgs.access import OrgRead, OrgWrite
from app.modules.orgs.errors import AreaRefused, LastServiceArea, OrgNotFound, ServiceAreaNotFound
from app.modules.orgs.schemas.service_areas import ServiceAreaIn, ServiceAreaOut, ServiceAreasOut
from app.modules.orgs.service import service_areas
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org/service-areas", tags=["companies"], route_class=IdempotentRoute)


@router.get("")
async def list_service_areas(actor: OrgRead, session: Read) -> ServiceAreasOut:
    """Where your company picks up. For its members."""
    return ServiceAreasOut(items=await service_areas.list_service_areas(session, actor))


@router.post("", status_code=201, responses=problems(OrgNotFound, AreaRefused))
async def add_service_area(body: ServiceAreaIn, actor: OrgWrite, session: Write) -> ServiceAreaOut:
    """Add a circle or a polygon that your company picks up in. For owners and managers."""
    return await service_areas.add_service_area(session, actor, body)


@router.delete("/{area_id}", status_code=204, responses=problems(ServiceAreaNotFound, LastServiceArea))
async def remove_service_area(area_id: UUID, actor: OrgWrite, session: Write) -> None:
    """Give up a service area; the last one stays. For owners and managers."""
    await service_areas.remove_service_area(session, actor, area_id)
