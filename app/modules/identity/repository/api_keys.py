"""The SQL of companies' API keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.paging import PageRequest
from app.modules.identity.models import (
    ApiKey,
)
from app.runtime.db.locks import lock_name
from app.runtime.db.session import ReadSession, WriteSession


async def lock_api_keys(session: WriteSession, org_id: UUID) -> None:
    """So that of two who make a company's last permitted key, one comes second."""
    await lock_name(session, f"api keys {org_id}")


async def count_live_api_keys(session: ReadSession, org_id: UUID, now: datetime) -> int:
    query = sa.select(sa.func.count()).where(
        ApiKey.org_id == org_id,
        ApiKey.revoked_at.is_(None),
        sa.or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    return int((await session.execute(query)).scalar_one())


async def insert_api_key(session: WriteSession, key: ApiKey) -> None:
    session.add(key)
    await session.flush()


async def get_api_key(session: ReadSession, org_id: UUID, key_id: UUID) -> ApiKey | None:
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id, ApiKey.id == key_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_api_key(session: WriteSession, org_id: UUID, key_id: UUID) -> ApiKey | None:
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id, ApiKey.id == key_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_api_keys(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[ApiKey]:
    """The newest first, ended ones too; one row more than the page holds."""
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id)
    if page.after is not None:
        query = query.where(ApiKey.id < UUID(page.after[0]))
    return (await session.execute(query.order_by(ApiKey.id.desc()).limit(page.limit + 1))).scalars().all()


async def get_api_key_name(session: ReadSession, org_id: UUID, key_id: UUID) -> str | None:
    """All that the worker may read of a key."""
    query = sa.select(ApiKey.name).where(ApiKey.org_id == org_id, ApiKey.id == key_id)
    return (await session.execute(query)).scalar_one_or_none()
