from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.ops.access import CasesDecide, CasesNote, CasesRead
from app.modules.ops.schemas.reviews import CaseFileOut, NoteIn, NoteOut, ReviewOut, ReviewQuery, VerdictIn
from app.modules.ops.service import reviews
from app.modules.verification.public import (
    CaseAlreadyDecided,
    CaseClaimed,
    CaseNotClaimed,
    CaseNotFound,
    FindingRefused,
    SecondReviewerNeeded,
    VerificationIncomplete,
)
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops/verifications", tags=["staff"], route_class=IdempotentRoute)


@router.get("", responses=problems(CursorRefused))
async def list_verifications(
    query: Annotated[ReviewQuery, Query()], actor: CasesRead, pager: Paging, session: Write, response: Response
) -> Page[ReviewOut]:
    """Requests to be verified, the oldest first; each company's trail tells of it. For staff."""
    rows = await reviews.list_verifications(session, actor, pager.page(query), query)
    page, after = cut(rows, query.limit, lambda review: (review.submitted_at, review.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.get("/{case_id}", responses=problems(CaseNotFound))
async def show_case(case_id: UUID, actor: CasesRead, session: Write) -> CaseFileOut:
    """A request with what is lacking now, the staff's notes and every step; the company's trail tells of it.

    For staff.
    """
    return await reviews.show_case(session, actor, case_id)


@router.post("/{case_id}/claim", responses=problems(CaseNotFound, CaseAlreadyDecided, CaseClaimed))
async def claim_case(case_id: UUID, actor: CasesDecide, session: Write) -> ReviewOut:
    """Take a case: nobody else decides it until you give it back or your time is over. For reviewers and admins."""
    return await reviews.claim_case(session, actor, case_id)


@router.post("/{case_id}/give-back", responses=problems(CaseNotFound, CaseAlreadyDecided, CaseNotClaimed))
async def give_back_case(case_id: UUID, actor: CasesDecide, session: Write) -> ReviewOut:
    """Leave a case to others. For reviewers and admins."""
    return await reviews.give_back_case(session, actor, case_id)


@router.post("/{case_id}/notes", status_code=201, responses=problems(CaseNotFound))
async def note_case(case_id: UUID, body: NoteIn, actor: CasesNote, session: Write) -> NoteOut:
    """Write down something beside a case, which no company sees. For staff."""
    return await reviews.note_case(session, actor, case_id, body.text)


@router.post(
    "/{case_id}/approve",
    responses=problems(CaseNotFound, CaseAlreadyDecided, CaseClaimed, SecondReviewerNeeded, VerificationIncomplete),
)
async def approve_verification(case_id: UUID, actor: CasesDecide, session: Write) -> ReviewOut:
    """Verify a company: the market finds it from now on. Where the platform asks for four eyes, a second reviewer
    approves too. For reviewers and admins.
    """
    return await reviews.approve_verification(session, actor, case_id)


@router.post("/{case_id}/reject", responses=problems(CaseNotFound, CaseAlreadyDecided, CaseClaimed, FindingRefused))
async def reject_verification(case_id: UUID, body: VerdictIn, actor: CasesDecide, session: Write) -> ReviewOut:
    """Refuse to verify a company, and say why, item by item; it may ask again. For reviewers and admins."""
    return await reviews.reject_verification(session, actor, case_id, body.to_verdict())
