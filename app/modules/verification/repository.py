from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.verification.models import CompanySuspension, InsurancePolicy, VerificationCase
from app.modules.verification.values import CaseStatus, Cover
from app.runtime.db.session import ReadSession, WriteSession

LATEST = 50


async def insert_policy(session: WriteSession, policy: InsurancePolicy) -> None:
    session.add(policy)
    await session.flush()


async def list_policies(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[InsurancePolicy]:
    """The oldest first; one row more than the page holds."""
    query = sa.select(InsurancePolicy).where(InsurancePolicy.org_id == org_id)
    if page.after is not None:
        query = query.where(InsurancePolicy.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(InsurancePolicy.id).limit(page.limit + 1))).scalars().all()


async def find_covers_by_org(
    session: ReadSession, org_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[Cover]]:
    """The days of the policies that touch the days asked for; a company without one is left out."""
    query = sa.select(InsurancePolicy.org_id, InsurancePolicy.effective_on, InsurancePolicy.expires_on).where(
        InsurancePolicy.org_id.in_(org_ids),
        InsurancePolicy.effective_on <= last,
        InsurancePolicy.expires_on >= first,
    )
    found: dict[UUID, list[Cover]] = {}
    for row in await session.execute(query):
        found.setdefault(row.org_id, []).append(Cover(row.effective_on, row.expires_on))
    return found


async def insert_case(session: WriteSession, case: VerificationCase) -> None:
    session.add(case)
    await session.flush()


async def get_case(session: ReadSession, org_id: UUID, case_id: UUID) -> VerificationCase | None:
    query = sa.select(VerificationCase).where(VerificationCase.org_id == org_id, VerificationCase.id == case_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_case(session: WriteSession, case_id: UUID) -> VerificationCase | None:
    query = sa.select(VerificationCase).where(VerificationCase.id == case_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_latest_cases(session: ReadSession, org_id: UUID) -> Sequence[VerificationCase]:
    query = sa.select(VerificationCase).where(VerificationCase.org_id == org_id)
    return (await session.execute(query.order_by(VerificationCase.id.desc()).limit(LATEST))).scalars().all()


async def list_cases(session: ReadSession, page: PageRequest, status: CaseStatus | None) -> Sequence[VerificationCase]:
    """Of all companies, for staff: the oldest first; one row more than the page holds."""
    query = sa.select(VerificationCase)
    if status is not None:
        query = query.where(VerificationCase.status == status)
    if page.after is not None:
        created_at, last_id = datetime.fromisoformat(page.after[0]), UUID(page.after[1])
        query = query.where(
            sa.tuple_(VerificationCase.created_at, VerificationCase.id) > sa.tuple_(created_at, last_id)
        )
    query = query.order_by(VerificationCase.created_at, VerificationCase.id).limit(page.limit + 1)
    return (await session.execute(query)).scalars().all()


async def insert_suspension(session: WriteSession, suspension: CompanySuspension) -> None:
    session.add(suspension)
    await session.flush()


async def get_suspension(session: ReadSession, org_id: UUID, suspension_id: UUID) -> CompanySuspension | None:
    query = sa.select(CompanySuspension).where(
        CompanySuspension.org_id == org_id, CompanySuspension.id == suspension_id
    )
    return (await session.execute(query)).scalar_one_or_none()


async def get_open_suspension(session: ReadSession, org_id: UUID) -> CompanySuspension | None:
    query = sa.select(CompanySuspension).where(
        CompanySuspension.org_id == org_id, CompanySuspension.lifted_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_latest_suspensions(session: ReadSession, org_id: UUID) -> Sequence[CompanySuspension]:
    query = sa.select(CompanySuspension).where(CompanySuspension.org_id == org_id)
    return (await session.execute(query.order_by(CompanySuspension.id.desc()).limit(LATEST))).scalars().all()
