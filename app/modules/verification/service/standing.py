"""Where a company stands: what it lacks today, its requests, its time out of the market, every step so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Mover, MoverProgram, Staff
from app.kernel.ids import new_id
from app.modules.fleet import public as fleet
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.orgs.values import OrgStatus
from app.modules.pricing import public as pricing
from app.modules.verification import repository, rules
from app.modules.verification.models import CompanySuspension, PaperLapse, VerificationCase, VerificationStep
from app.modules.verification.values import (
    Case,
    Claim,
    Days,
    Finding,
    Missing,
    Need,
    PastPaper,
    Suspension,
    TakenStep,
    TouchedBooking,
)
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a company stands; cases, suspensions and steps the latest first."""

    status: OrgStatus
    missing: list[Missing]
    cases: list[Case]
    suspensions: list[Suspension]
    lapses: list[PastPaper]
    history: list[TakenStep]


def case_of(case: VerificationCase) -> Case:
    return Case(
        id=case.id,
        org_id=case.org_id,
        status=case.status,
        submitted_at=case.created_at,
        decided_at=case.decided_at,
        reason=case.reason,
        findings=tuple(finding_from_json(stored) for stored in case.findings),
        claim=claim_of(case),
        first_approved_by=case.first_approved_by,
    )


def claim_of(case: VerificationCase) -> Claim | None:
    if case.claimed_by is None or case.claimed_until is None:
        return None
    return Claim(case.claimed_by, case.claimed_until)


def finding_from_json(stored: dict[str, str | None]) -> Finding:
    truck_id = stored["truck_id"]
    return Finding(Need(str(stored["item"])), UUID(truck_id) if truck_id else None, str(stored["reason"]))


def finding_to_json(finding: Finding) -> dict[str, str | None]:
    truck_id = str(finding.truck_id) if finding.truck_id else None
    return {"item": finding.item.value, "truck_id": truck_id, "reason": finding.reason}


def suspension_of(suspension: CompanySuspension) -> Suspension:
    return Suspension(
        id=suspension.id,
        org_id=suspension.org_id,
        cause=suspension.cause,
        reason=suspension.reason,
        suspended_at=suspension.suspended_at,
        lifted_at=suspension.lifted_at,
    )


def lapse_of(lapse: PaperLapse) -> PastPaper:
    bookings = (
        TouchedBooking(UUID(one["id"]), one["reference"], datetime.fromisoformat(one["starts_at"]))
        for one in lapse.bookings
    )
    return PastPaper(lapse.need, lapse.truck_id, lapse.driver_id, lapse.ended_on, tuple(bookings))


def take_step(session: WriteSession, org_id: UUID, step: TakenStep) -> None:
    """Add to the company's history; it is written with the transaction's next statement."""
    taken = VerificationStep(org_id=org_id, id=new_id(), case_id=step.case_id, step=step.step, by=step.by, at=step.at)
    repository.add_step(session, taken)


async def _missing_of(session: ReadSession, actor: Mover) -> list[Missing]:
    """What the caller lacks to ask for the company; an API key never asks."""
    if isinstance(actor, MoverProgram) or await identity.has_verified_email(session, actor.user_id):
        return []
    return [rules.NO_VERIFIED_EMAIL]


async def find_missing(session: ReadSession, company: Company, now: datetime) -> list[Missing]:
    """What the company lacks today, by the clock of its office."""
    on = now.astimezone(ZoneInfo(company.timezone)).date()
    today = Days(on, on)
    trucks = await fleet.trucks_in_service(session, company.id)
    papers = await repository.find_shown(session, [company.id], today, with_trucks=True)
    shown = replace(papers.of(company.id), has_usdot_number=company.usdot_number is not None)
    asked = rules.requirements_of(shown.packs, today)
    readiness = rules.Readiness(
        trucks=trucks,
        drivers=(await fleet.fleet_size(session, company.id, on)).drivers,
        has_prices=await pricing.has_active_config(session, company.id),
        asked=asked,
        unmet=rules.unmet(asked, shown, trucks, today),
        undrivable=await fleet.undrivable_trucks(session, company.id, on),
    )
    return rules.missing(readiness)


async def show_verification(session: ReadSession, actor: Mover) -> Standing:
    """As the company sees it: of its steps it is not told who took them. Raises: OrgNotFound (404)."""
    company = await orgs.company(session, actor.org_id)
    steps = await repository.list_steps(session, actor.org_id)
    history = [TakenStep(row.step, row.case_id, row.at) for row in steps]
    missing = [*await _missing_of(session, actor), *await find_missing(session, company, actor.now)]
    return await _standing(session, company, missing, history)


async def show_standing(session: ReadSession, actor: Staff, company: Company) -> Standing:
    """As staff see it: with who took each step."""
    missing = await find_missing(session, company, actor.now)
    return await _standing(session, company, missing, await show_history(session, company.id))


async def _standing(
    session: ReadSession, company: Company, missing: list[Missing], history: list[TakenStep]
) -> Standing:
    cases = await repository.list_latest_cases(session, company.id)
    suspensions = await repository.list_latest_suspensions(session, company.id)
    return Standing(
        status=company.status,
        missing=missing,
        cases=[case_of(case) for case in cases],
        suspensions=[suspension_of(suspension) for suspension in suspensions],
        lapses=[lapse_of(lapse) for lapse in await repository.list_open_lapses(session, company.id)],
        history=history,
    )


async def show_history(session: ReadSession, org_id: UUID) -> list[TakenStep]:
    """For staff: with who took each step."""
    rows = await repository.list_steps_for_staff(session, org_id)
    return [TakenStep(row.step, row.case_id, row.at, row.by) for row in rows]
