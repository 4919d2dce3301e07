from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.ids import new_id
from app.modules.audit.public import Change, record
from app.modules.calendar import public as calendar
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.orgs.values import OrgStatus
from app.modules.verification import repository, rules
from app.modules.verification.errors import CompanyNotSuspended
from app.modules.verification.events import CompanyWasReinstated, CompanyWasSuspended
from app.modules.verification.models import CompanySuspension
from app.modules.verification.rules import Act
from app.modules.verification.service.standing import suspension_of, take_step
from app.modules.verification.values import Cause, Step, Suspension, TakenStep
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit


async def suspend_company(session: WriteSession, actor: Staff, org_id: UUID, reason: str) -> Suspension:
    """A verified company leaves the market at once; its bookings stay as they are.

    A hold that is under way is over before, or finds the company suspended: it has the resources locked.
    Locks: the company's resources in id order, then the company.
    Raises: OrgNotFound (404), CompanySuspended (409), CompanyNotVerified (409). Emits: company.suspended.
    """
    await calendar.lock(session, org_id)
    company = await orgs.lock_company(session, org_id)
    if company.status is not OrgStatus.SUSPENDED or not await _only_its_papers(session, org_id):
        rules.next_status(company.status, Act.SUSPEND)
    status = OrgStatus.SUSPENDED
    suspension = CompanySuspension(
        org_id=org_id,
        id=new_id(),
        cause=Cause.STAFF,
        reason=reason,
        suspended_by=actor.user_id,
        suspended_at=actor.now,
        lifted_by=None,
        lifted_at=None,
    )
    await repository.insert_suspension(session, suspension)
    take_step(session, org_id, TakenStep(Step.SUSPENDED, None, actor.now, actor.user_id))
    await orgs.set_status(session, org_id, status, actor.now)
    emit(session, CompanyWasSuspended(org_id=org_id, suspension_id=suspension.id), now=actor.now)
    _tell(session, actor, "verification.company_suspended", company, status)
    return suspension_of(suspension)


async def _only_its_papers(session: WriteSession, org_id: UUID) -> bool:
    return await repository.get_open_suspension(session, org_id, Cause.STAFF) is None


async def reinstate_company(session: WriteSession, actor: Staff, org_id: UUID) -> Suspension:
    """A suspended company is verified again, unless its papers have ended meanwhile.

    Locks: the company. Raises: OrgNotFound (404), CompanyNotSuspended (409). Emits: company.reinstated.
    """
    company = await orgs.lock_company(session, org_id)
    status = rules.next_status(company.status, Act.REINSTATE)
    suspension = await repository.get_open_suspension(session, org_id, Cause.STAFF)
    if suspension is None:
        raise CompanyNotSuspended("No reviewer suspended it: its papers have ended, and their renewal restores it.")
    if await repository.get_open_suspension(session, org_id, Cause.PAPERS) is not None:
        status = company.status
    suspension.lifted_by = actor.user_id
    suspension.lifted_at = actor.now
    take_step(session, org_id, TakenStep(Step.REINSTATED, None, actor.now, actor.user_id))
    await session.flush()
    await orgs.set_status(session, org_id, status, actor.now)
    emit(session, CompanyWasReinstated(org_id=org_id, suspension_id=suspension.id), now=actor.now)
    _tell(session, actor, "verification.company_reinstated", company, status)
    return suspension_of(suspension)


def _tell(session: WriteSession, actor: Staff, action: str, company: Company, becomes: OrgStatus) -> None:
    sides = {"status": company.status}, {"status": becomes}
    record(session, actor, Change(action, "company", company.id, *sides, org_id=company.id))
