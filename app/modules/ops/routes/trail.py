from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.audit.public import EntryOut
from app.modules.ops.access import TrailsRead
from app.modules.ops.schemas.trail import PlatformTrailQuery
from app.modules.ops.service import trail
from app.modules.orgs.public import OrgNotFound
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/audit", responses=problems(OrgNotFound, CursorRefused))
async def list_platform_audit_entries(
    query: Annotated[PlatformTrailQuery, Query()],
    actor: TrailsRead,
    pager: Paging,
    session: Write,
    response: Response,
) -> Page[EntryOut]:
    """Who did what: the platform's own trail, or a company's, the newest first; reading leaves an entry. For staff."""
    rows = await trail.list_trail(session, actor, query, pager.page(query))
    page, after = cut(rows, query.limit, lambda entry: (entry.seq,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)
