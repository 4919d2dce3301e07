"""What a paper that has ended or was withdrawn takes with it, and what its renewal gives back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import System
from app.kernel.ids import new_id
from app.modules.audit.public import Change, record
from app.modules.fleet import public as fleet
from app.modules.orgs import public as orgs
from app.modules.orgs.public import Company
from app.modules.orgs.values import OrgStatus
from app.modules.verification import repository, rules
from app.modules.verification.events import LapseNamed, PapersLapsed
from app.modules.verification.models import CompanySuspension, PaperLapse
from app.modules.verification.rules import Act
from app.modules.verification.service.standing import lapse_of, take_step
from app.modules.verification.values import (
    Cause,
    Ended,
    PackCode,
    PapersEnd,
    Shown,
    Step,
    TakenStep,
    TouchedBooking,
)
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit

REASON = "A paper that your work asks for has ended or was withdrawn. Show its renewal, and you are back at once."
# Whose papers carry something: a suspended company's bookings stand.
IN_THE_MARKET: Final = frozenset({OrgStatus.VERIFIED, OrgStatus.SUSPENDED})


async def settle_lapses(session: WriteSession, actor: System, org_id: UUID) -> None:
    """Write down what has ended and what is renewed since; suspend a company that no law leaves a job, or restore it.

    Again: nothing changes. Locks: the company. Emits: papers.lapsed for each that is new.
    """
    company = await orgs.lock_company(session, org_id)
    if company.status not in IN_THE_MARKET:
        return
    packs = await repository.list_packs(session, org_id)
    today = actor.now.astimezone(ZoneInfo(company.timezone)).date()
    shown = await repository.find_ever_shown(session, company.id, company.timezone)
    now_ended = await _find_ended(session, company, packs, shown, today)
    known = {_key(lapse): lapse for lapse in await repository.list_open_lapses(session, org_id)}
    for lapse in known.values():
        if _key(lapse) not in now_ended:
            lapse.restored_at = actor.now
    for ended in sorted(now_ended - known.keys(), key=lambda one: (one.need, str(one.truck_id), str(one.driver_id))):
        await _open(session, actor, org_id, ended)
    await session.flush()
    await _stand(session, actor, company, is_out=rules.is_out(packs, shown, today))


def _key(lapse: PaperLapse) -> Ended:
    return Ended(lapse.need, lapse.truck_id, lapse.driver_id, lapse.ended_on)


async def _find_ended(
    session: ReadSession, company: Company, packs: set[PackCode], shown: Shown, today: date
) -> set[Ended]:
    return rules.ended(
        packs,
        shown,
        await fleet.trucks_in_service(session, company.id),
        await fleet.licence_ends(session, company.id),
        today,
    )


async def _open(session: WriteSession, actor: System, org_id: UUID, ended: Ended) -> None:
    lapse = PaperLapse(
        org_id=org_id,
        id=new_id(),
        need=ended.need,
        truck_id=ended.truck_id,
        driver_id=ended.driver_id,
        ended_on=ended.ended_on,
        found_at=actor.now,
    )
    await repository.insert_lapse(session, lapse)
    emit(session, PapersLapsed(org_id=org_id, lapse_id=lapse.id), now=actor.now)
    after = {"need": ended.need, "ended_on": ended.ended_on, "truck_id": ended.truck_id, "driver_id": ended.driver_id}
    record(session, actor, Change("verification.paper_lapsed", "paper_lapse", lapse.id, after=after, org_id=org_id))


async def _stand(session: WriteSession, actor: System, company: Company, *, is_out: bool) -> None:
    """Suspend or restore the company as its papers have it; what staff suspended stays so."""
    suspension = await repository.get_open_suspension(session, company.id, Cause.PAPERS)
    if is_out and suspension is None:
        await repository.insert_suspension(
            session,
            CompanySuspension(
                org_id=company.id, id=new_id(), cause=Cause.PAPERS, reason=REASON, suspended_at=actor.now
            ),
        )
        await _change(session, actor, company, Step.LAPSED, OrgStatus.SUSPENDED)
    elif not is_out and suspension is not None:
        suspension.lifted_at = actor.now
        await session.flush()
        is_free = await repository.get_open_suspension(session, company.id, Cause.STAFF) is None
        status = rules.next_status(company.status, Act.REINSTATE) if is_free else company.status
        await _change(session, actor, company, Step.RESTORED, status)


async def _change(session: WriteSession, actor: System, company: Company, step: Step, status: OrgStatus) -> None:
    take_step(session, company.id, TakenStep(step, None, actor.now))
    if status is not company.status:
        await orgs.set_status(session, company.id, status, actor.now)
    sides = {"status": company.status}, {"status": status}
    record(session, actor, Change(f"verification.company_{step}", "company", company.id, *sides, org_id=company.id))


async def show_lapse(session: ReadSession, org_id: UUID, lapse_id: UUID) -> PapersEnd | None:
    """A lapse that is still open; None: it has been made good since."""
    lapse = await repository.get_lapse(session, org_id, lapse_id)
    if lapse is None or lapse.restored_at is not None:
        return None
    return PapersEnd(lapse_of(lapse), await repository.find_all_shown(session, org_id))


async def name_bookings(
    session: WriteSession, actor: System, org_id: UUID, lapse_id: UUID, touched: Sequence[TouchedBooking]
) -> None:
    """Write down which bookings a lapse touches, for the company to see. Emits: papers.lapse_named."""
    lapse = await repository.get_lapse(session, org_id, lapse_id)
    if lapse is None:
        return
    lapse.bookings = [
        {"id": str(one.id), "reference": one.reference, "starts_at": one.starts_at.isoformat()} for one in touched
    ]
    await session.flush()
    emit(session, LapseNamed(org_id=org_id, lapse_id=lapse_id), now=actor.now)
