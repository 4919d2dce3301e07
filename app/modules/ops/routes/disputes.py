from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.bookings.public import DisputeDecided, DisputeNotFound, DisputeOut, DisputeOutcome
from app.modules.ops.access import CasesDecide, CasesRead
from app.modules.ops.schemas.disputes import DecisionIn, WaitingDisputeOut
from app.modules.ops.service import disputes
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops/no-show-disputes", tags=["staff"], route_class=IdempotentRoute)


@router.get("", responses=problems(CursorRefused))
async def list_no_show_disputes(
    query: PlainListQuery, actor: CasesRead, pager: Paging, session: Write, response: Response
) -> Page[WaitingDisputeOut]:
    """No-shows reported of companies that say they came, and that nobody has decided on, the oldest first; each
    company's trail tells of it. For staff.
    """
    rows = await disputes.list_waiting_disputes(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda dispute: (dispute.disputed_at, dispute.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post("/{dispute_id}/accept", responses=problems(DisputeNotFound, DisputeDecided))
async def accept_no_show_dispute(dispute_id: UUID, body: DecisionIn, actor: CasesDecide, session: Write) -> DisputeOut:
    """Side with the company: the report counts for nothing, the booking stays ended. Both are told. For reviewers and
    admins.
    """
    return await disputes.decide_dispute(session, actor, dispute_id, DisputeOutcome.ACCEPTED, body.reason)


@router.post("/{dispute_id}/reject", responses=problems(DisputeNotFound, DisputeDecided))
async def reject_no_show_dispute(dispute_id: UUID, body: DecisionIn, actor: CasesDecide, session: Write) -> DisputeOut:
    """Side with the customer: the report stands and counts against the company. Both are told. For reviewers and
    admins.
    """
    return await disputes.decide_dispute(session, actor, dispute_id, DisputeOutcome.REJECTED, body.reason)
