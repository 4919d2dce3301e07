"""The staff's desk, with the company a case is about beside it. Decisions and their rules stand in `verification`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.audit import public as audit
from app.modules.audit.public import Change
from app.modules.ops.schemas.companies import ReviewedCompanyOut
from app.modules.ops.schemas.reviews import CaseFileOut, NoteOut, ReviewOut, ReviewQuery
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.verification import public as verification
from app.modules.verification.public import OPEN_CASES, Case, CaseFilter, Verdict
from app.runtime.db.session import WriteSession


def _told(case: Case, company: Company, now: datetime) -> dict[str, Any]:
    """A case whose claim's time is over is shown as nobody's."""
    claim = verification.standing_claim(case.claim, now)
    told = asdict(case) | {"claim": claim and asdict(claim)}
    return told | {"organization": ReviewedCompanyOut.model_validate(company)}


async def _review(session: WriteSession, actor: Staff, case: Case) -> ReviewOut:
    return ReviewOut.model_validate(_told(case, await orgs.company(session, case.org_id), actor.now))


def _tell_reading(session: WriteSession, actor: Staff, case: Case) -> None:
    audit.record(session, actor, Change("ops.verification_read", "verification_case", case.id, org_id=case.org_id))


async def list_verifications(
    session: WriteSession, actor: Staff, page: PageRequest, query: ReviewQuery
) -> Sequence[ReviewOut]:
    """Up to one more than the page holds, the oldest first. Each company's trail tells that its case was read."""
    statuses = (query.status,) if query.status else OPEN_CASES if query.claimed else ()
    asked = CaseFilter(statuses, query.claimed, actor.user_id, actor.now)
    cases = await verification.list_cases(session, page, asked)
    companies = await orgs.companies(session, {case.org_id for case in cases})
    for case in cases[: page.limit]:
        _tell_reading(session, actor, case)
    return [ReviewOut.model_validate(_told(case, companies[case.org_id], actor.now)) for case in cases]


async def show_case(session: WriteSession, actor: Staff, case_id: UUID) -> CaseFileOut:
    """The company's trail tells that its case was read. Raises: CaseNotFound (404)."""
    file = await verification.open_case(session, actor, case_id)
    company = await orgs.company(session, file.case.org_id)
    _tell_reading(session, actor, file.case)
    beside = asdict(file)
    return CaseFileOut.model_validate(beside | _told(file.case, company, actor.now))


async def note_case(session: WriteSession, actor: Staff, case_id: UUID, text: str) -> NoteOut:
    """Raises: CaseNotFound (404)."""
    return NoteOut.model_validate(await verification.write_note(session, actor, case_id, text))


async def claim_case(session: WriteSession, actor: Staff, case_id: UUID) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409).
    """
    return await _review(session, actor, await verification.claim_case(session, actor, case_id))


async def give_back_case(session: WriteSession, actor: Staff, case_id: UUID) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseNotClaimed (409).
    """
    return await _review(session, actor, await verification.give_back_case(session, actor, case_id))


async def approve_verification(session: WriteSession, actor: Staff, case_id: UUID) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409), SecondReviewerNeeded (409),
    VerificationIncomplete (409). Emits: verification.decided.
    """
    return await _review(session, actor, await verification.approve_case(session, actor, case_id))


async def reject_verification(session: WriteSession, actor: Staff, case_id: UUID, verdict: Verdict) -> ReviewOut:
    """Locks: the case, then the company.

    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409), FindingRefused (422).
    Emits: verification.decided.
    """
    return await _review(session, actor, await verification.reject_case(session, actor, case_id, verdict))
