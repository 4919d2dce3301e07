"""SQL of the staff's look at papers: what waits for it, and what stands beside a paper that does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.kernel.money import Money
from app.kernel.paging import PageRequest
from app.modules.verification.models import CompanyDocument, InsurancePolicy
from app.modules.verification.values import LAST_DAY, Believed, Need, Review, WaitingPaper
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

Paper = InsurancePolicy | CompanyDocument
MODELS: Final[tuple[Any, ...]] = (InsurancePolicy, CompanyDocument)

ONE_DAY: Final = timedelta(days=1)


def _table_of(paper: Paper) -> Any:
    """Its model; of a union of models a query is of neither."""
    return type(paper)


def _alike(paper: Paper) -> sa.ColumnElement[bool]:
    """Of the same company, kind and truck."""
    model = type(paper)
    alike = sa.and_(model.org_id == paper.org_id, model.kind == paper.kind)
    if isinstance(paper, CompanyDocument):
        return sa.and_(alike, CompanyDocument.truck_id.is_not_distinct_from(paper.truck_id))
    return alike


async def list_believed(session: ReadSession, paper: Paper, zone: str) -> list[Believed]:
    """What staff have confirmed of the paper's kind, withdrawn since or not; days by the office's zone."""
    model = _table_of(paper)
    query = sa.select(model).where(_alike(paper), model.review == Review.CONFIRMED)
    return [_believed(one, ZoneInfo(zone)) for one in (await session.execute(query)).scalars()]


def _believed(paper: Paper, zone: ZoneInfo) -> Believed:
    looked_at = paper.reviewed_at or paper.created_at
    last_day = paper.expires_on or LAST_DAY
    if paper.withdrawn_at is not None:
        last_day = min(last_day, paper.withdrawn_at.astimezone(zone).date() - ONE_DAY)
    if isinstance(paper, CompanyDocument):
        return Believed(last_day, looked_at, number=paper.number_index or paper.number)
    return Believed(last_day, looked_at, limit=paper.counts_for)


async def last_refusal(session: ReadSession, paper: Paper) -> datetime | None:
    """When staff last refused a paper of its kind."""
    model = _table_of(paper)
    query = sa.select(sa.func.max(model.reviewed_at)).where(_alike(paper), model.review == Review.REFUSED)
    refused_at: datetime | None = (await session.execute(query)).scalar_one()
    return refused_at


async def list_waiting_alike(session: ReadSession, paper: Paper) -> Sequence[Paper]:
    model = _table_of(paper)
    query = sa.select(model).where(_alike(paper), model.review == Review.WAITING, model.withdrawn_at.is_(None))
    papers: Sequence[Paper] = (await session.execute(query)).scalars().all()
    return papers


async def list_waiting_of(session: ReadSession, org_id: UUID) -> list[Paper]:
    """All papers of the company that wait for a look."""
    found: list[Paper] = []
    for model in MODELS:
        query = sa.select(model).where(
            model.org_id == org_id, model.review == Review.WAITING, model.withdrawn_at.is_(None)
        )
        found.extend((await session.execute(query)).scalars())
    return found


async def lock_paper(session: WriteSession, org_id: UUID, paper_id: UUID) -> Paper | None:
    """A policy or a document of the company, with its row locked."""
    for model in MODELS:
        query = sa.select(model).where(model.org_id == org_id, model.id == paper_id).with_for_update()
        paper: Paper | None = (await session.execute(query)).scalar_one_or_none()
        if paper is not None:
            return paper
    return None


async def review_all(session: WriteSession, org_id: UUID, before: Review, **columns: object) -> None:
    """Set what staff made of every paper of the company whose review is `before`; withdrawn ones nobody looks at."""
    for model in MODELS:
        seen = (model.org_id == org_id, model.review == before, model.withdrawn_at.is_(None))
        await session.execute(sa.update(model).where(*seen).values(columns))


WAITING: Final = """
SELECT * FROM (
    SELECT org_id, id, kind, policy_number AS number, insurer AS issuer, NULL::uuid AS truck_id, upload_id,
        effective_on, expires_on, created_at AS shown_at, counts_until, coverage_amount, coverage_currency
    FROM app.insurance_policies WHERE review = 'waiting' AND withdrawn_at IS NULL
    UNION ALL
    SELECT org_id, id, kind, number, issuer, truck_id, upload_id, effective_on, expires_on, created_at, counts_until,
        NULL, NULL
    FROM app.company_documents WHERE review = 'waiting' AND withdrawn_at IS NULL) AS waiting
WHERE (shown_at, id) > (:shown_at, :after) ORDER BY shown_at, id LIMIT :most
"""
WAITING_AFTER: Final = sa.text(WAITING).bindparams(sa.bindparam("shown_at", type_=sa.DateTime(timezone=True)))


async def list_waiting(session: ReadSession, page: PageRequest) -> list[WaitingPaper]:
    """Of all companies, for staff: the oldest first; one more than the page holds."""
    shown_at, after = page.after if page.after is not None else ("0001-01-02T00:00:00+00:00", str(UUID(int=0)))
    asked = {"shown_at": datetime.fromisoformat(shown_at), "after": UUID(after), "most": page.limit + 1}
    return [_waiting(row) for row in await session.execute(WAITING_AFTER, asked)]


def _waiting(row: AnyRow) -> WaitingPaper:
    return WaitingPaper(
        id=row.id,
        org_id=row.org_id,
        kind=Need(row.kind),
        number=row.number,
        issuer=row.issuer,
        truck_id=row.truck_id,
        upload_id=row.upload_id,
        effective_on=row.effective_on,
        expires_on=row.expires_on,
        shown_at=row.shown_at,
        counts_until=row.counts_until,
        limit=None if row.coverage_amount is None else Money(row.coverage_amount, row.coverage_currency),
    )
