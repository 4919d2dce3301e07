from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.audit.public import EntryOut
from app.modules.ops import service
from app.modules.ops.access import CasesDecide, CasesRead, CompaniesSuspend, PacksEnforce, PacksRead, TrailsRead
from app.modules.ops.schemas import (
    EnforcedPacks,
    PlatformTrailQuery,
    ReasonIn,
    ReviewedSuspensionOut,
    ReviewOut,
    ReviewQuery,
)
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.public import (
    CaseAlreadyDecided,
    CaseNotFound,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    VerificationIncomplete,
)
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/verifications", responses=problems(CursorRefused))
async def list_verifications(
    query: Annotated[ReviewQuery, Query()], actor: CasesRead, pager: Paging, session: Write, response: Response
) -> Page[ReviewOut]:
    """Requests to be verified, the oldest first; each company's trail tells of it. For staff."""
    rows = await service.list_verifications(session, actor, pager.page(query), query.status)
    page, after = cut(rows, query.limit, lambda review: (review.submitted_at, review.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post(
    "/verifications/{case_id}/approve", responses=problems(CaseNotFound, CaseAlreadyDecided, VerificationIncomplete)
)
async def approve_verification(case_id: UUID, actor: CasesDecide, session: Write) -> ReviewOut:
    """Verify a company: the market finds it from now on. For reviewers and admins."""
    return await service.approve_verification(session, actor, case_id)


@router.post("/verifications/{case_id}/reject", responses=problems(CaseNotFound, CaseAlreadyDecided))
async def reject_verification(case_id: UUID, body: ReasonIn, actor: CasesDecide, session: Write) -> ReviewOut:
    """Refuse to verify a company, and say why; it may ask again. For reviewers and admins."""
    return await service.reject_verification(session, actor, case_id, body.reason)


@router.get("/verification-packs")
async def show_enforced_packs(actor: PacksRead, session: Write) -> EnforcedPacks:
    """The laws whose jobs go to nobody who has not declared them. For staff."""
    return EnforcedPacks(packs=await service.show_enforced_packs(session))


@router.put("/verification-packs")
async def enforce_packs(body: EnforcedPacks, actor: PacksEnforce, session: Write) -> EnforcedPacks:
    """Say whose jobs go to nobody who has not declared their law; open bookings stay. For admins."""
    return EnforcedPacks(packs=await service.enforce_packs(session, actor, body.packs))


@router.get("/audit", responses=problems(OrgNotFound, CursorRefused))
async def list_platform_audit_entries(
    query: Annotated[PlatformTrailQuery, Query()],
    actor: TrailsRead,
    pager: Paging,
    session: Write,
    response: Response,
) -> Page[EntryOut]:
    """Who did what: the platform's own trail, or a company's, the newest first; reading leaves an entry. For staff."""
    rows = await service.list_trail(session, actor, query, pager.page(query))
    page, after = cut(rows, query.limit, lambda entry: (entry.seq,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post("/orgs/{org_id}/suspend", responses=problems(OrgNotFound, CompanySuspended, CompanyNotVerified))
async def suspend_company(
    org_id: UUID, body: ReasonIn, actor: CompaniesSuspend, session: Write
) -> ReviewedSuspensionOut:
    """Take a verified company out of the market; its bookings stay as they are. For reviewers and admins."""
    return await service.suspend_company(session, actor, org_id, body.reason)


@router.post("/orgs/{org_id}/reinstate", responses=problems(OrgNotFound, CompanyNotSuspended))
async def reinstate_company(org_id: UUID, actor: CompaniesSuspend, session: Write) -> ReviewedSuspensionOut:
    """Let a suspended company back into the market. For reviewers and admins."""
    return await service.reinstate_company(session, actor, org_id)
