from __future__ import annotations

from app.modules.verification.events import (
    CompanyWasReinstated,
    CompanyWasSuspended,
    LapseNamed,
    PaperReviewed,
    PapersChanged,
    PapersNoticed,
    PaperWithdrawn,
    UsdotNumberReviewed,
    VerificationDecided,
)
from app.modules.verification.service import letters, sweep
from app.modules.verification.service.lapses import settle_lapses
from app.modules.verification.service.letters import Letter
from app.modules.verification.service.reseal import reseal_tax_ids
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.jobs.handlers import Handlers, Outgoing, Work
from app.runtime.resources import Resources

handlers = Handlers()


def _mails(letter: Letter, work: Work) -> list[Outgoing]:
    return [work.mail(to, letter.subject, letter.text) for to in letter.recipients]


@handlers.deliver("verification.tell_decision", VerificationDecided)
async def tell_decision(session: ReadSession, event: VerificationDecided, work: Work) -> list[Outgoing]:
    return _mails(await letters.decision_letter(session, event.org_id, event.case_id), work)


@handlers.deliver("verification.tell_suspension", CompanyWasSuspended)
async def tell_suspension(session: ReadSession, event: CompanyWasSuspended, work: Work) -> list[Outgoing]:
    return _mails(await letters.suspension_letter(session, event.org_id, event.suspension_id), work)


@handlers.deliver("verification.tell_reinstatement", CompanyWasReinstated)
async def tell_reinstatement(session: ReadSession, event: CompanyWasReinstated, work: Work) -> list[Outgoing]:
    return _mails(await letters.reinstatement_letter(session, event.org_id), work)


@handlers.deliver("verification.tell_review", PaperReviewed)
async def tell_review(session: ReadSession, event: PaperReviewed, work: Work) -> list[Outgoing]:
    return _mails(await letters.paper_letter(session, event.org_id, event.paper_id), work)


@handlers.deliver("verification.tell_usdot_number", UsdotNumberReviewed)
async def tell_usdot_number(session: ReadSession, event: UsdotNumberReviewed, work: Work) -> list[Outgoing]:
    letter = await letters.usdot_letter(session, event.org_id)
    return _mails(letter, work) if letter is not None else []


@handlers.every("verification.sweep_papers", seconds=3_600)
async def sweep_papers(resources: Resources) -> None:
    """Each company's day begins by its own clock: looked at every hour, told once a paper and notice."""
    await sweep.notice_papers(resources)
    await sweep.settle_again(resources)


@handlers.every("verification.reseal", seconds=3_600)
async def reseal(resources: Resources) -> None:
    """After a change of the sealing key: no tax id is left that needs the former one."""
    await reseal_tax_ids(resources)


@handlers.on("verification.settle_noticed", PapersNoticed)
async def settle_noticed(session: WriteSession, event: PapersNoticed, work: Work) -> None:
    await settle_lapses(session, work.actor, event.org_id)


@handlers.on("verification.settle_changed", PapersChanged)
async def settle_changed(session: WriteSession, event: PapersChanged, work: Work) -> None:
    await settle_lapses(session, work.actor, event.org_id)


@handlers.on("verification.notice_withdrawn", PaperWithdrawn)
async def notice_withdrawn(session: WriteSession, event: PaperWithdrawn, work: Work) -> None:
    await sweep.notice_withdrawn(session, work.actor, event.org_id, event.paper_id)


@handlers.deliver("verification.tell_lapse", LapseNamed)
async def tell_lapse(session: ReadSession, event: LapseNamed, work: Work) -> list[Outgoing]:
    letter = await letters.lapse_letter(session, event.org_id, event.lapse_id)
    return _mails(letter, work) if letter is not None else []
