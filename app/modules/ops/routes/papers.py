from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.ops.access import CasesDecide, CasesRead
from app.modules.ops.schemas.companies import ReasonIn, ReviewedCompanyOut
from app.modules.ops.schemas.papers import (
    NumberIn,
    RefusedNumberIn,
    ReviewedPaperOut,
    WaitingNumberOut,
    WaitingPaperOut,
)
from app.modules.ops.service import papers
from app.modules.orgs.public import OrgNotFound, UsdotNumberNotWaiting
from app.modules.verification.public import PaperNotFound, PaperNotWaiting
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

LOOKING = (OrgNotFound, PaperNotFound, PaperNotWaiting)

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/waiting-papers", responses=problems(CursorRefused))
async def list_waiting_papers(
    query: PlainListQuery, actor: CasesRead, pager: Paging, session: Write, response: Response
) -> Page[WaitingPaperOut]:
    """Policies and documents that companies have shown since they asked to be verified and nobody has looked at, the
    oldest first; each company's trail tells of it. For staff.
    """
    rows = await papers.list_waiting_papers(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda paper: (paper.shown_at, paper.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post("/orgs/{org_id}/papers/{paper_id}/confirm", responses=problems(*LOOKING))
async def confirm_paper(org_id: UUID, paper_id: UUID, actor: CasesDecide, session: Write) -> ReviewedPaperOut:
    """Let a paper count to its own last day and limit; the company is told. For reviewers and admins."""
    return await papers.confirm_paper(session, actor, org_id, paper_id)


@router.post("/orgs/{org_id}/papers/{paper_id}/refuse", responses=problems(*LOOKING))
async def refuse_paper(
    org_id: UUID, paper_id: UUID, body: ReasonIn, actor: CasesDecide, session: Write
) -> ReviewedPaperOut:
    """Let a paper count for nothing, and say why; what depends on it alone is out. For reviewers and admins."""
    return await papers.refuse_paper(session, actor, org_id, paper_id, body.reason)


@router.get("/usdot-numbers", responses=problems(CursorRefused))
async def list_waiting_usdot_numbers(
    query: PlainListQuery, actor: CasesRead, pager: Paging, session: Write, response: Response
) -> Page[WaitingNumberOut]:
    """U.S. DOT numbers that companies have told since they asked to be verified and nobody has confirmed, the oldest
    first; each company's trail tells of it. For staff.
    """
    rows = await papers.list_waiting_numbers(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda number: (number.told_at, number.organization.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post("/orgs/{org_id}/usdot-number/confirm", responses=problems(OrgNotFound, UsdotNumberNotWaiting))
async def confirm_usdot_number(org_id: UUID, body: NumberIn, actor: CasesDecide, session: Write) -> ReviewedCompanyOut:
    """Have the number for the company's own: from now on it is printed. For reviewers and admins."""
    return await papers.confirm_usdot_number(session, actor, org_id, body.number)


@router.post("/orgs/{org_id}/usdot-number/refuse", responses=problems(OrgNotFound, UsdotNumberNotWaiting))
async def refuse_usdot_number(
    org_id: UUID, body: RefusedNumberIn, actor: CasesDecide, session: Write
) -> ReviewedCompanyOut:
    """Say why the number is not the company's; it may tell another. For reviewers and admins."""
    return await papers.refuse_usdot_number(session, actor, org_id, body.number, body.reason)
