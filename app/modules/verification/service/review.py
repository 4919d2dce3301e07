"""A company asks to be verified, staff decide.

The company's row is locked before its status is read and set, so that the status and the open case agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Mover, MoverMember, Staff
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.fleet import public as fleet
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.orgs.values import OrgStatus
from app.modules.pricing import public as pricing
from app.modules.verification import repository, rules
from app.modules.verification.errors import CaseNotFound
from app.modules.verification.events import VerificationDecided
from app.modules.verification.models import VerificationCase
from app.modules.verification.service.suspension import suspension_of
from app.modules.verification.values import Case, CaseStatus, Days, Missing, Suspension
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a company stands; cases and suspensions the latest first."""

    status: OrgStatus
    missing: list[Missing]
    cases: list[Case]
    suspensions: list[Suspension]


def case_of(case: VerificationCase) -> Case:
    return Case(
        id=case.id,
        org_id=case.org_id,
        status=case.status,
        submitted_at=case.created_at,
        decided_at=case.decided_at,
        reason=case.reason,
    )


async def _missing(session: ReadSession, company: Company, now: datetime) -> list[Missing]:
    """What the company lacks today, by the clock of its office."""
    on = now.astimezone(ZoneInfo(company.timezone)).date()
    today = Days(on, on)
    trucks = await fleet.trucks_in_service(session, company.id)
    papers = await repository.find_shown(session, [company.id], today, with_trucks=True)
    shown = replace(papers.of(company.id), has_usdot_number=company.usdot_number is not None)
    asked = rules.requirements_of(shown.packs)
    readiness = rules.Readiness(
        trucks=trucks,
        drivers=(await fleet.fleet_size(session, company.id, on)).drivers,
        has_prices=await pricing.has_active_config(session, company.id),
        asked=asked,
        unmet=rules.unmet(asked, shown, trucks, today),
    )
    return rules.missing(readiness)


async def show_verification(session: ReadSession, actor: Mover) -> Standing:
    """Raises: OrgNotFound (404)."""
    company = await orgs.company(session, actor.org_id)
    cases = await repository.list_latest_cases(session, actor.org_id)
    suspensions = await repository.list_latest_suspensions(session, actor.org_id)
    return Standing(
        status=company.status,
        missing=await _missing(session, company, actor.now),
        cases=[case_of(case) for case in cases],
        suspensions=[suspension_of(suspension) for suspension in suspensions],
    )


async def submit_verification(session: WriteSession, actor: MoverMember) -> Case:
    """Ask staff to verify the company, which has everything that is needed for it.

    Locks: the company.
    Raises: EmailNotVerified (403), CaseAlreadyOpen (409), AlreadyVerified (409), CompanySuspended (409),
    VerificationIncomplete (409).
    """
    await identity.require_verified_email(session, actor.user_id)
    company = await orgs.lock_company(session, actor.org_id)
    rules.check_may_submit(company.status)
    rules.check_complete(await _missing(session, company, actor.now))
    case = VerificationCase(
        org_id=actor.org_id,
        id=new_id(),
        status=CaseStatus.SUBMITTED,
        submitted_by=actor.user_id,
        decided_by=None,
        decided_at=None,
        reason=None,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    await repository.insert_case(session, case)
    await orgs.set_status(session, actor.org_id, OrgStatus.SUBMITTED, actor.now)
    sides = {"status": company.status}, {"status": OrgStatus.SUBMITTED}
    record(session, actor, Change("verification.case_submitted", "verification_case", case.id, *sides))
    return case_of(case)


async def list_cases(session: ReadSession, page: PageRequest, status: CaseStatus | None) -> Sequence[Case]:
    """Of all companies, for staff: up to one more than the page holds, the oldest first."""
    return [case_of(case) for case in await repository.list_cases(session, page, status)]


async def _decide(session: WriteSession, actor: Staff, case: VerificationCase, status: CaseStatus) -> Case:
    case.status = status
    case.decided_by = actor.user_id
    case.decided_at = case.updated_at = actor.now
    case.version += 1
    await session.flush()
    is_approved = status is CaseStatus.APPROVED
    standing = OrgStatus.VERIFIED if is_approved else OrgStatus.REJECTED
    await orgs.set_status(session, case.org_id, standing, actor.now)
    event = VerificationDecided(org_id=case.org_id, case_id=case.id, approved=is_approved)
    await emit(session, event, now=actor.now)
    sides = {"status": CaseStatus.SUBMITTED}, {"status": status}
    change = Change(f"verification.case_{status}", "verification_case", case.id, *sides, org_id=case.org_id)
    record(session, actor, change)
    return case_of(case)


async def _lock_open_case(session: WriteSession, case_id: UUID) -> VerificationCase:
    case = await repository.lock_case(session, case_id)
    if case is None:
        raise CaseNotFound
    rules.check_may_decide(case.status)
    return case


async def approve_case(session: WriteSession, actor: Staff, case_id: UUID) -> Case:
    """The company is verified and found by the market, if it still has everything it had when it asked.

    Locks: the case, then the company.
    Raises: CaseNotFound (404), CaseAlreadyDecided (409), VerificationIncomplete (409).
    Emits: verification.decided.
    """
    case = await _lock_open_case(session, case_id)
    company = await orgs.lock_company(session, case.org_id)
    rules.check_complete(await _missing(session, company, actor.now))
    return await _decide(session, actor, case, CaseStatus.APPROVED)


async def reject_case(session: WriteSession, actor: Staff, case_id: UUID, reason: str) -> Case:
    """The company is told why and may ask again.

    Locks: the case, then the company. Raises: CaseNotFound (404), CaseAlreadyDecided (409).
    Emits: verification.decided.
    """
    case = await _lock_open_case(session, case_id)
    case.reason = reason
    return await _decide(session, actor, case, CaseStatus.REJECTED)
