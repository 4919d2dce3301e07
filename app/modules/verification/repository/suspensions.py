"""SQL of the times that companies spend out of the market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.modules.verification.models import CompanySuspension
from app.modules.verification.values import Cause
from app.runtime.db.session import ReadSession, WriteSession

LATEST: Final = 50


async def insert_suspension(session: WriteSession, suspension: CompanySuspension) -> None:
    session.add(suspension)
    await session.flush()


async def get_suspension(session: ReadSession, org_id: UUID, suspension_id: UUID) -> CompanySuspension | None:
    query = sa.select(CompanySuspension).where(
        CompanySuspension.org_id == org_id, CompanySuspension.id == suspension_id
    )
    return (await session.execute(query)).scalar_one_or_none()


async def get_open_suspension(session: ReadSession, org_id: UUID, cause: Cause) -> CompanySuspension | None:
    query = sa.select(CompanySuspension).where(
        CompanySuspension.org_id == org_id, CompanySuspension.cause == cause, CompanySuspension.lifted_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_latest_suspensions(session: ReadSession, org_id: UUID) -> Sequence[CompanySuspension]:
    query = sa.select(CompanySuspension).where(CompanySuspension.org_id == org_id)
    return (await session.execute(query.order_by(CompanySuspension.id.desc()).limit(LATEST))).scalars().all()
