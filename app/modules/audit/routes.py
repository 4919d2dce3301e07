from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.audit.access import TrailRead
from app.modules.audit.schemas import EntryOut, TrailQuery
from app.modules.audit.service import reading
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read

router = APIRouter(prefix="/v1/org", tags=["companies"], route_class=IdempotentRoute)


@router.get("/audit", responses=problems(CursorRefused))
async def list_audit_entries(
    query: Annotated[TrailQuery, Query()], actor: TrailRead, pager: Paging, session: Read, response: Response
) -> Page[EntryOut]:
    """Who did what in your company, when and from where, the newest first. For owners."""
    rows = await reading.list_own_trail(session, actor, query, pager.page(query))
    page, after = cut(rows, query.limit, lambda entry: (entry.seq,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)
