"""The staff's desk: which cases wait, who has them, and what is noted beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.orgs import public as orgs
from app.modules.verification import repository
from app.modules.verification.errors import CaseNotFound
from app.modules.verification.models import CaseNote, VerificationCase
from app.modules.verification.service.standing import case_of, find_missing, show_history
from app.modules.verification.values import Case, CaseFilter, Missing, Note, TakenStep
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as a reviewer opens it: what the company lacks now, the staff's notes, the company's history."""

    case: Case
    missing: list[Missing]
    notes: list[Note]
    history: list[TakenStep]


async def list_cases(session: ReadSession, page: PageRequest, asked: CaseFilter) -> Sequence[Case]:
    """Of all companies, for staff: up to one more than the page holds, the oldest first."""
    return [case_of(case) for case in await repository.list_cases(session, page, asked)]


async def _find(session: ReadSession, case_id: UUID) -> VerificationCase:
    case = await repository.find_case(session, case_id)
    if case is None:
        raise CaseNotFound
    return case


def _note(note: CaseNote) -> Note:
    return Note(note.id, note.text, note.written_by, note.written_at)


async def open_case(session: ReadSession, actor: Staff, case_id: UUID) -> CaseFile:
    """Raises: CaseNotFound (404)."""
    case = await _find(session, case_id)
    company = await orgs.company(session, case.org_id)
    notes = await repository.list_notes(session, case.org_id, case_id)
    return CaseFile(
        case=case_of(case),
        missing=await find_missing(session, company, actor.now),
        notes=[_note(note) for note in notes],
        history=await show_history(session, case.org_id),
    )


async def write_note(session: WriteSession, actor: Staff, case_id: UUID, text: str) -> Note:
    """For the staff alone, whatever became of the case. Raises: CaseNotFound (404)."""
    case = await _find(session, case_id)
    note = CaseNote(
        org_id=case.org_id, id=new_id(), case_id=case.id, text=text, written_by=actor.user_id, written_at=actor.now
    )
    await repository.insert_note(session, note)
    record(session, actor, Change("verification.case_noted", "verification_case", case.id, org_id=case.org_id))
    return _note(note)
