"""What staff do, with the company it is about beside it. Decisions and their rules stand in `verification`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.audit import public as audit
from app.modules.audit.public import Change, EntryOut
from app.modules.ops.schemas import PlatformTrailQuery, ReviewedCompanyOut, ReviewedSuspensionOut, ReviewOut
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.verification import public as verification
from app.modules.verification.public import Case, CaseStatus, PackCode, Suspension
from app.runtime.db.session import WriteSession


def _review(case: Case, company: Company) -> ReviewOut:
    return ReviewOut.model_validate({**asdict(case), "organization": ReviewedCompanyOut.model_validate(company)})


async def _suspension(session: WriteSession, suspension: Suspension) -> ReviewedSuspensionOut:
    company = ReviewedCompanyOut.model_validate(await orgs.company(session, suspension.org_id))
    return ReviewedSuspensionOut.model_validate({**asdict(suspension), "organization": company})


async def list_verifications(
    session: WriteSession, actor: Staff, page: PageRequest, status: CaseStatus | None
) -> Sequence[ReviewOut]:
    """Up to one more than the page holds, the oldest first. Each company's trail tells that its case was read."""
    cases = await verification.list_cases(session, page, status)
    companies = await orgs.companies(session, {case.org_id for case in cases})
    for case in cases[: page.limit]:
        audit.record(session, actor, Change("ops.verification_read", "verification_case", case.id, org_id=case.org_id))
    return [_review(case, companies[case.org_id]) for case in cases]


async def list_trail(
    session: WriteSession, actor: Staff, query: PlatformTrailQuery, page: PageRequest
) -> Sequence[EntryOut]:
    """A company's trail or the platform's, the newest first. The trail that is read tells of it.

    Raises: OrgNotFound (404).
    """
    if query.org_id is not None:
        await orgs.company(session, query.org_id)
    entries = await audit.list_trail(session, query.org_id or audit.PLATFORM, query, page)
    audit.record(session, actor, Change("ops.audit_read", "audit_trail", org_id=query.org_id))
    return entries


async def approve_verification(session: WriteSession, actor: Staff, case_id: UUID) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409), VerificationIncomplete (409).
    Emits: verification.decided.
    """
    case = await verification.approve_case(session, actor, case_id)
    return _review(case, await orgs.company(session, case.org_id))


async def reject_verification(session: WriteSession, actor: Staff, case_id: UUID, reason: str) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409). Emits: verification.decided.
    """
    case = await verification.reject_case(session, actor, case_id, reason)
    return _review(case, await orgs.company(session, case.org_id))


async def suspend_company(session: WriteSession, actor: Staff, org_id: UUID, reason: str) -> ReviewedSuspensionOut:
    """Locks: the company.

    Raises: OrgNotFound (404), CompanySuspended (409), CompanyNotVerified (409). Emits: company.suspended.
    """
    return await _suspension(session, await verification.suspend_company(session, actor, org_id, reason))


async def reinstate_company(session: WriteSession, actor: Staff, org_id: UUID) -> ReviewedSuspensionOut:
    """Locks: the company. Raises: OrgNotFound (404), CompanyNotSuspended (409). Emits: company.reinstated."""
    return await _suspension(session, await verification.reinstate_company(session, actor, org_id))


async def show_enforced_packs(session: WriteSession) -> list[PackCode]:
    return sorted(await verification.list_enforced_packs(session))


async def enforce_packs(session: WriteSession, actor: Staff, packs: Sequence[PackCode]) -> list[PackCode]:
    return sorted(await verification.enforce_packs(session, actor, packs))
