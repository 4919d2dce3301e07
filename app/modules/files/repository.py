from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.modules.files.models import Upload
from app.modules.files.values import Task, TaskKind, UploadStatus
from app.runtime.db.locks import lock_name
from app.runtime.db.session import ReadSession, WriteSession

UNFINISHED = (UploadStatus.PENDING, UploadStatus.SCANNING)


async def insert_upload(session: WriteSession, upload: Upload) -> None:
    session.add(upload)
    await session.flush()


async def lock_company_uploads(session: WriteSession, org_id: UUID) -> None:
    """One announcement of a company at a time, so that its limits are counted right; until the transaction ends."""
    await lock_name(session, f"uploads {org_id}")


async def count_uploads(session: ReadSession, org_id: UUID) -> tuple[int, int]:
    """How many of the company's uploads are unfinished, and how many bytes all that are not rejected take."""
    unfinished = sa.func.count().filter(Upload.status.in_(UNFINISHED))
    size = sa.func.coalesce(sa.func.sum(Upload.size_bytes).filter(Upload.status != UploadStatus.REJECTED), 0)
    row = (await session.execute(sa.select(unfinished, size).where(Upload.org_id == org_id))).one()
    return int(row[0]), int(row[1])


async def get_upload(session: ReadSession, org_id: UUID, upload_id: UUID) -> Upload | None:
    query = sa.select(Upload).where(Upload.org_id == org_id, Upload.id == upload_id)
    return (await session.execute(query)).scalar_one_or_none()


async def list_uploads(session: ReadSession, org_id: UUID, upload_ids: Collection[UUID]) -> Sequence[Upload]:
    query = sa.select(Upload).where(Upload.org_id == org_id, Upload.id.in_(upload_ids))
    return (await session.execute(query)).scalars().all()


async def lock_upload(session: WriteSession, org_id: UUID, upload_id: UUID, *, wait: bool = True) -> Upload | None:
    """None also, without `wait`, when somebody else holds it."""
    query = sa.select(Upload).where(Upload.org_id == org_id, Upload.id == upload_id)
    return (await session.execute(query.with_for_update(skip_locked=not wait))).scalar_one_or_none()


async def list_tasks(session: ReadSession, now: datetime, forgotten_before: datetime, most: int) -> list[Task]:
    """Across companies: what is to be looked at by now, and what nobody attached; ids and nothing else."""
    query = sa.text("SELECT org_id, upload_id, task FROM app.uploads_to_tend(:now, :before, :most)")
    rows = await session.execute(query, {"now": now, "before": forgotten_before, "most": most})
    return [Task(row.org_id, row.upload_id, TaskKind(row.task)) for row in rows]


async def update_upload(session: WriteSession, upload: Upload, **changes: Any) -> None:
    for name, value in changes.items():
        setattr(upload, name, value)
    await session.flush()


async def delete_upload(session: WriteSession, upload: Upload) -> None:
    await session.delete(upload)
    await session.flush()
