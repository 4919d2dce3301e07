"""A company asks to be verified, staff look at it and decide.

A case is locked before it is claimed or decided, so that two reviewers never hold it and one decision stands; the
company's row is locked before its status is read and set, so that the status and the open case agree.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.kernel.actor import MoverMember, Staff
from app.kernel.ids import new_id
from app.modules.audit.public import Change, record
from app.modules.fleet import public as fleet
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.platform import public as platform
from app.modules.verification import repository, rules
from app.modules.verification.errors import CaseNotFound
from app.modules.verification.events import VerificationDecided
from app.modules.verification.models import VerificationCase
from app.modules.verification.rules import Act
from app.modules.verification.service.looks import confirm_with_request, leave_to_next_request
from app.modules.verification.service.standing import case_of, claim_of, find_missing, finding_to_json, take_step
from app.modules.verification.values import Case, CaseStatus, Claim, Step, TakenStep, Verdict
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def submit_verification(session: WriteSession, actor: MoverMember) -> Case:
    """Ask staff to verify the company, which has everything that is needed for it.

    Locks: the company.
    Raises: EmailNotVerified (403), CaseAlreadyOpen (409), AlreadyVerified (409), CompanySuspended (409),
    VerificationIncomplete (409).
    """
    await identity.require_verified_email(session, actor.user_id)
    company = await orgs.lock_company(session, actor.org_id)
    status = rules.next_status(company.status, Act.SUBMIT)
    rules.check_complete(await find_missing(session, company, actor.now))
    case = VerificationCase(
        org_id=actor.org_id,
        id=new_id(),
        status=CaseStatus.SUBMITTED,
        submitted_by=actor.user_id,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    await repository.insert_case(session, case)
    take_step(session, actor.org_id, TakenStep(Step.SUBMITTED, case.id, actor.now, actor.user_id))
    await orgs.set_status(session, actor.org_id, status, actor.now)
    sides = {"status": company.status}, {"status": status}
    record(session, actor, Change("verification.case_submitted", "verification_case", case.id, *sides))
    return case_of(case)


async def claim_case(session: WriteSession, actor: Staff, case_id: UUID) -> Case:
    """Nobody else decides the case while the claim lasts. Claiming one's own again begins its time anew.

    Locks: the case, then the company.
    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409).
    """
    case = await _lock_for(session, actor, case_id)
    settings = (await platform.show_settings(session)).settings
    _hold(case, Claim(actor.user_id, actor.now + timedelta(minutes=settings.claim_minutes)))
    await _move(session, actor, case, Act.CLAIM, CaseStatus.IN_REVIEW)
    _tell(session, actor, case, Step.CLAIMED)
    return case_of(case)


async def give_back_case(session: WriteSession, actor: Staff, case_id: UUID) -> Case:
    """Anybody may claim it from now on.

    Locks: the case, then the company.
    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseNotClaimed (409).
    """
    case = await _lock_open_case(session, case_id)
    rules.check_held_by(actor.user_id, claim_of(case), actor.now)
    _hold(case, None)
    await _move(session, actor, case, Act.GIVE_BACK, CaseStatus.SUBMITTED)
    _tell(session, actor, case, Step.GIVEN_BACK)
    return case_of(case)


async def approve_case(session: WriteSession, actor: Staff, case_id: UUID) -> Case:
    """The company is verified and found by the market, if it still has everything it had when it asked; what it has
    shown since then still waits for a look of its own.

    Where the platform asks for four eyes, the first approval only makes the case free for another reviewer.
    Locks: the case, then the company.
    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409), SecondReviewerNeeded (409),
    VerificationIncomplete (409). Emits: verification.decided, but for a first approval of two.
    """
    case = await _lock_for(session, actor, case_id)
    settings = (await platform.show_settings(session)).settings
    is_enough = rules.is_enough(actor.user_id, case.first_approved_by, four_eyes=settings.four_eyes)
    company = await orgs.lock_company(session, case.org_id)
    rules.check_complete(await find_missing(session, company, actor.now))
    if is_enough:
        await confirm_with_request(session, actor, case.org_id)
        return await _decide(session, actor, case, CaseStatus.APPROVED)
    case.first_approved_by = actor.user_id
    _hold(case, None)
    await _move(session, actor, case, Act.GIVE_BACK, CaseStatus.SUBMITTED)
    _tell(session, actor, case, Step.FIRST_APPROVAL)
    return case_of(case)


async def reject_case(session: WriteSession, actor: Staff, case_id: UUID, verdict: Verdict) -> Case:
    """The company is told why, item by item, and may ask again.

    Locks: the case, then the company.
    Raises: CaseNotFound (404), CaseAlreadyDecided (409), CaseClaimed (409), FindingRefused (422).
    Emits: verification.decided.
    """
    case = await _lock_for(session, actor, case_id)
    named = {finding.truck_id for finding in verdict.findings if finding.truck_id is not None}
    rules.check_findings(verdict.findings, await fleet.truck_names(session, case.org_id, named))
    case.reason = verdict.reason
    case.findings = [finding_to_json(finding) for finding in verdict.findings]
    await orgs.lock_company(session, case.org_id)
    await leave_to_next_request(session, case.org_id)
    return await _decide(session, actor, case, CaseStatus.REJECTED)


DECISIONS = {CaseStatus.APPROVED: (Act.APPROVE, Step.APPROVED), CaseStatus.REJECTED: (Act.REJECT, Step.REJECTED)}


async def _decide(session: WriteSession, actor: Staff, case: VerificationCase, status: CaseStatus) -> Case:
    act, step = DECISIONS[status]
    before = case.status
    case.decided_by, case.decided_at = actor.user_id, actor.now
    _hold(case, None)
    await _move(session, actor, case, act, status)
    is_approved = status is CaseStatus.APPROVED
    event = VerificationDecided(org_id=case.org_id, case_id=case.id, approved=is_approved)
    emit(session, event, now=actor.now)
    _tell(session, actor, case, step, before)
    return case_of(case)


async def _lock_open_case(session: WriteSession, case_id: UUID) -> VerificationCase:
    case = await repository.lock_case(session, case_id)
    if case is None:
        raise CaseNotFound
    rules.check_open(case.status)
    return case


async def _lock_for(session: WriteSession, actor: Staff, case_id: UUID) -> VerificationCase:
    """The open case, locked, which no other reviewer holds."""
    case = await _lock_open_case(session, case_id)
    rules.check_free_for(actor.user_id, claim_of(case), actor.now)
    return case


def _hold(case: VerificationCase, claim: Claim | None) -> None:
    case.claimed_by = claim.user_id if claim else None
    case.claimed_until = claim.until if claim else None


async def _move(session: WriteSession, actor: Staff, case: VerificationCase, act: Act, status: CaseStatus) -> None:
    """The case and its company go where the act leads, together."""
    case.change(actor.now, status=status)
    await session.flush()
    company = await orgs.lock_company(session, case.org_id)
    follows = rules.next_status(company.status, act)
    if follows is not company.status:
        await orgs.set_status(session, case.org_id, follows, actor.now)


def _tell(
    session: WriteSession, actor: Staff, case: VerificationCase, step: Step, before: CaseStatus | None = None
) -> None:
    take_step(session, case.org_id, TakenStep(step, case.id, actor.now, actor.user_id))
    sides = ({"status": before}, {"status": case.status}) if before else ({}, {})
    change = Change(f"verification.case_{step}", "verification_case", case.id, *sides, org_id=case.org_id)
    record(session, actor, change)
