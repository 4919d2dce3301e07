from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.paging import Page, cut
from app.modules.orgs.access import OrgRead, OrgWrite
from app.modules.orgs.errors import OrgNotFound, UsdotNumberFixed
from app.modules.orgs.schemas.companies import OrgOut, OrgPatch, ProfileOut, ProfileQuery
from app.modules.orgs.service import companies
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
    rows = await companies.list_profiles(session, pager.page(query), query.state)
    page, after = cut(rows, query.limit, lambda row: (row.name, row.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[ProfileOut.model_validate(row) for row in page], next_cursor=cursor)


@router.get("/orgs/{org_id}", responses=problems(OrgNotFound))
async def show_company(org_id: UUID, session: MarketRead) -> ProfileOut:
    """A verified company's public profile. For anyone."""
    return ProfileOut.model_validate(await companies.show_profile(session, org_id))


@router.get("/org", responses=problems(OrgNotFound))
async def show_own_company(actor: OrgRead, session: Read, response: Response) -> OrgOut:
    """Your company. For its members."""
    org = await companies.show_org(session, actor)
    put_etag(response, org.version)
    return OrgOut.model_validate(org)


@router.patch("/org", responses=problems(OrgNotFound, PreconditionFailed, UsdotNumberFixed))
async def change_own_company(
    patch: OrgPatch, actor: OrgWrite, session: Write, response: Response, if_match: IfMatch
) -> OrgOut:
    """Change your company; the U.S. DOT number stays from when you ask to be verified. One that is told since waits for
    staff to confirm it, and is printed nowhere until they have. For owners and managers.
    """
    org = await companies.change_org(session, actor, patch, if_match)
    put_etag(response, org.version)
    return OrgOut.model_validate(org)
