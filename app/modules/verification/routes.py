from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.identity.public import EmailNotVerified
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.access import PapersRead, PapersWrite
from app.modules.verification.errors import (
    AlreadyVerified,
    CaseAlreadyOpen,
    CompanySuspended,
    PolicyTaken,
    VerificationIncomplete,
)
from app.modules.verification.schemas import PolicyIn, PolicyOut, SubmittedOut, VerificationOut
from app.modules.verification.service import papers, review
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org", tags=["verification"], route_class=IdempotentRoute)


@router.post("/insurance-policies", status_code=201, responses=problems(PolicyTaken))
async def add_insurance_policy(body: PolicyIn, actor: PapersWrite, session: Write) -> PolicyOut:
    """Tell of an insurance policy: its kind, its limit, its first and last day. For owners and managers."""
    return papers.policy_out(await papers.add_insurance_policy(session, actor, body))


@router.get("/insurance-policies", responses=problems(CursorRefused))
async def list_insurance_policies(
    query: PlainListQuery, actor: PapersRead, pager: Paging, session: Read, response: Response
) -> Page[PolicyOut]:
    """Your insurance policies, the oldest first. For members of the company."""
    rows = await papers.list_insurance_policies(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda policy: (policy.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[papers.policy_out(policy) for policy in page], next_cursor=cursor)


@router.post(
    "/verification",
    status_code=201,
    responses=problems(
        EmailNotVerified, VerificationIncomplete, CaseAlreadyOpen, AlreadyVerified, CompanySuspended, OrgNotFound
    ),
)
async def submit_verification(actor: PapersWrite, session: Write) -> SubmittedOut:
    """Ask to be verified; what is still missing is listed in the refusal. For owners and managers."""
    case = await review.submit_verification(session, actor)
    return SubmittedOut.model_validate({**asdict(case), "missing": []})


@router.get("/verification", responses=problems(OrgNotFound))
async def show_verification(actor: PapersRead, session: Read) -> VerificationOut:
    """Where your company stands, what it lacks, and what was decided. For members of the company."""
    return VerificationOut.model_validate(await review.show_verification(session, actor), from_attributes=True)
