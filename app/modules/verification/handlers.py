from __future__ import annotations

from app.modules.verification.events import CompanyWasReinstated, CompanyWasSuspended, VerificationDecided
from app.modules.verification.service import letters
from app.modules.verification.service.letters import Letter
from app.runtime.db.session import ReadSession
from app.runtime.jobs.handlers import Handlers, Outgoing, Work

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
