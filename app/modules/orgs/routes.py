from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.paging import Page, cut
from app.modules.orgs import service
from app.modules.orgs.access import OrgRead, OrgWrite
from app.modules.orgs.errors import LastServiceArea, OrgNotFound, ServiceAreaNotFound
from app.modules.orgs.schemas import (
    OrgOut,
    OrgPatch,
    ProfileOut,
    ProfileQuery,
    ServiceAreaIn,
    ServiceAreaOut,
    ServiceAreasOut,
)
from app.runtime.db.session import ReadSession
from app.runtime.db.tenancy import Audience
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write, read_as

router = APIRouter(prefix="/v1", tags=["companies"], route_class=IdempotentRoute)

MarketRead = Annotated[ReadSession, read_as(Audience.MARKET)]


@router.get("/orgs", responses=problems(CursorRefused))
async def list_companies(
    query: Annotated[ProfileQuery, Query()], pager: Paging, session: MarketRead, response: Response
) -> Page[ProfileOut]:
    """Verified companies, by name. For anyone."""
    rows = await service.list_profiles(session, pager.page(query), query.state)
    page, after = cut(rows, query.limit, lambda row: (row.name, row.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[ProfileOut.model_validate(row) for row in page], next_cursor=cursor)


@router.get("/orgs/{org_id}", responses=problems(OrgNotFound))
async def show_company(org_id: UUID, session: MarketRead) -> ProfileOut:
    """A verified company's public profile. For anyone."""
    return ProfileOut.model_validate(await service.show_profile(session, org_id))


@router.get("/org", responses=problems(OrgNotFound))
async def show_own_company(actor: OrgRead, session: Read, response: Response) -> OrgOut:
    """Your company. For its members."""
    org = await service.show_org(session, actor)
    put_etag(response, org.version)
    return OrgOut.model_validate(org)


@router.patch("/org", responses=problems(OrgNotFound, PreconditionFailed))
async def change_own_company(
    patch: OrgPatch, actor: OrgWrite, session: Write, response: Response, if_match: IfMatch
) -> OrgOut:
    """Change your company. For owners and managers."""
    org = await service.change_org(session, actor, patch, if_match)
    put_etag(response, org.version)
    return OrgOut.model_validate(org)


@router.get("/org/service-areas")
async def list_service_areas(actor: OrgRead, session: Read) -> ServiceAreasOut:
    """Where your company picks up. For its members."""
    return ServiceAreasOut(items=await service.list_service_areas(session, actor))


@router.post("/org/service-areas", status_code=201, responses=problems(OrgNotFound))
async def add_service_area(body: ServiceAreaIn, actor: OrgWrite, session: Write) -> ServiceAreaOut:
    """Add a circle that your company picks up in. For owners and managers."""
    return await service.add_service_area(session, actor, body)


@router.delete(
    "/org/service-areas/{area_id}", status_code=204, responses=problems(ServiceAreaNotFound, LastServiceArea)
)
async def remove_service_area(area_id: UUID, actor: OrgWrite, session: Write) -> None:
    """Give up a service area; the last one stays. For owners and managers."""
    await service.remove_service_area(session, actor, area_id)
