"""What staff do with a company; the rules stand in `verification`."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from app.kernel.actor import Staff
from app.modules.ops.schemas.companies import ReviewedCompanyOut, ReviewedSuspensionOut
from app.modules.orgs import public as orgs
from app.modules.verification import public as verification
from app.modules.verification.public import Suspension
from app.runtime.db.session import WriteSession


async def _suspension(session: WriteSession, suspension: Suspension) -> ReviewedSuspensionOut:
    company = ReviewedCompanyOut.model_validate(await orgs.company(session, suspension.org_id))
    return ReviewedSuspensionOut.model_validate({**asdict(suspension), "organization": company})


async def suspend_company(session: WriteSession, actor: Staff, org_id: UUID, reason: str) -> ReviewedSuspensionOut:
    """Locks: the company.

    Raises: OrgNotFound (404), CompanySuspended (409), CompanyNotVerified (409). Emits: company.suspended.
    """
    return await _suspension(session, await verification.suspend_company(session, actor, org_id, reason))


async def reinstate_company(session: WriteSession, actor: Staff, org_id: UUID) -> ReviewedSuspensionOut:
    """Locks: the company. Raises: OrgNotFound (404), CompanyNotSuspended (409). Emits: company.reinstated."""
    return await _suspension(session, await verification.reinstate_company(session, actor, org_id))
