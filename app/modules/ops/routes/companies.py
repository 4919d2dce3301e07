from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.modules.ops.access import CompaniesSuspend
from app.modules.ops.schemas.companies import ReasonIn, ReviewedSuspensionOut
from app.modules.ops.service import companies
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.public import CompanyNotSuspended, CompanyNotVerified, CompanySuspended
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops/orgs", tags=["staff"], route_class=IdempotentRoute)


@router.post("/{org_id}/suspend", responses=problems(OrgNotFound, CompanySuspended, CompanyNotVerified))
async def suspend_company(
    org_id: UUID, body: ReasonIn, actor: CompaniesSuspend, session: Write
) -> ReviewedSuspensionOut:
    """Take a verified company out of the market; its bookings stay as they are. For reviewers and admins."""
    return await companies.suspend_company(session, actor, org_id, body.reason)


@router.post("/{org_id}/reinstate", responses=problems(OrgNotFound, CompanyNotSuspended))
async def reinstate_company(org_id: UUID, actor: CompaniesSuspend, session: Write) -> ReviewedSuspensionOut:
    """Let a suspended company back into the market. For reviewers and admins."""
    return await companies.reinstate_company(session, actor, org_id)
