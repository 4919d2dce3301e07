"""SQL of requests to be verified: the queue, who holds one, what staff note beside it, and every step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.verification.models import CaseNote, VerificationCase, VerificationStep
from app.modules.verification.values import CaseFilter, Claimed
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

LATEST: Final = 50
MOST_NOTES: Final = 200
MOST_STEPS: Final = 200


async def insert_case(session: WriteSession, case: VerificationCase) -> None:
    session.add(case)
    await session.flush()


async def get_case(session: ReadSession, org_id: UUID, case_id: UUID) -> VerificationCase | None:
    query = sa.select(VerificationCase).where(VerificationCase.org_id == org_id, VerificationCase.id == case_id)
    return (await session.execute(query)).scalar_one_or_none()


async def find_case(session: ReadSession, case_id: UUID) -> VerificationCase | None:
    """For staff, who name a case by its id alone."""
    query = sa.select(VerificationCase).where(VerificationCase.id == case_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_case(session: WriteSession, case_id: UUID) -> VerificationCase | None:
    query = sa.select(VerificationCase).where(VerificationCase.id == case_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_latest_cases(session: ReadSession, org_id: UUID) -> Sequence[VerificationCase]:
    query = sa.select(VerificationCase).where(VerificationCase.org_id == org_id)
    return (await session.execute(query.order_by(VerificationCase.id.desc()).limit(LATEST))).scalars().all()


def _claimed(asked: CaseFilter) -> sa.ColumnElement[bool]:
    is_held = VerificationCase.claimed_until > asked.now
    match asked.claimed:
        case Claimed.ME:
            return sa.and_(is_held, VerificationCase.claimed_by == asked.me)
        case Claimed.OTHERS:
            return sa.and_(is_held, VerificationCase.claimed_by != asked.me)
        case Claimed.NONE:
            return sa.or_(VerificationCase.claimed_until.is_(None), VerificationCase.claimed_until <= asked.now)
        case None:
            return sa.true()


async def list_cases(session: ReadSession, page: PageRequest, asked: CaseFilter) -> Sequence[VerificationCase]:
    """Of all companies, for staff: the oldest first; one row more than the page holds."""
    query = sa.select(VerificationCase).where(_claimed(asked))
    if asked.statuses:
        query = query.where(VerificationCase.status.in_(asked.statuses))
    if page.after is not None:
        created_at, last_id = datetime.fromisoformat(page.after[0]), UUID(page.after[1])
        query = query.where(
            sa.tuple_(VerificationCase.created_at, VerificationCase.id) > sa.tuple_(created_at, last_id)
        )
    query = query.order_by(VerificationCase.created_at, VerificationCase.id).limit(page.limit + 1)
    return (await session.execute(query)).scalars().all()


async def insert_note(session: WriteSession, note: CaseNote) -> None:
    session.add(note)
    await session.flush()


async def list_notes(session: ReadSession, org_id: UUID, case_id: UUID) -> Sequence[CaseNote]:
    """The latest of them, the newest first."""
    query = sa.select(CaseNote).where(CaseNote.org_id == org_id, CaseNote.case_id == case_id)
    return (await session.execute(query.order_by(CaseNote.id.desc()).limit(MOST_NOTES))).scalars().all()


def add_step(session: WriteSession, step: VerificationStep) -> None:
    """Written with the transaction's next statement."""
    session.add(step)


async def list_steps(session: ReadSession, org_id: UUID) -> Sequence[AnyRow]:
    """Every step of the company, the latest first, without who took it."""
    columns = (VerificationStep.id, VerificationStep.case_id, VerificationStep.step, VerificationStep.at)
    query = sa.select(*columns).where(VerificationStep.org_id == org_id)
    return (await session.execute(query.order_by(VerificationStep.id.desc()).limit(MOST_STEPS))).all()


async def list_steps_for_staff(session: ReadSession, org_id: UUID) -> Sequence[VerificationStep]:
    """Every step of the company, the latest first."""
    query = sa.select(VerificationStep).where(VerificationStep.org_id == org_id)
    return (await session.execute(query.order_by(VerificationStep.id.desc()).limit(MOST_STEPS))).scalars().all()
