"""What the worker does with a file that has arrived. Transactions are short, and none is open while it looks."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.kernel.ports import Ports
from app.kernel.ports.media import Flawed, Inspected, InspectorUnavailable
from app.kernel.ports.object_store import StoreUnavailable
from app.kernel.ports.scanner import ScannerUnavailable
from app.modules.files import repository
from app.modules.files.models import Upload
from app.modules.files.rules import (
    GIVE_UP_AFTER,
    LEASE,
    file_key,
    find_fault,
    next_try,
    quarantine_key,
    thumbnail_key,
)
from app.modules.files.values import Arrived, ContentType, Kept, Rejection, Task, UploadStatus
from app.runtime.db.session import WriteSession

# Whoever is away comes back: the file waits, and is never taken for clean meanwhile.
AWAY: Final = (StoreUnavailable, ScannerUnavailable, InspectorUnavailable)


@dataclass(frozen=True, slots=True)
class Settled:
    """A decided upload whose quarantined bytes are to be deleted, now that the form cannot bring others."""

    task: Task


async def begin(session: WriteSession, task: Task, now: datetime) -> Arrived | Settled | None:
    """Take the file for the time of the lease; None when another worker has it. Locks: the upload."""
    upload = await repository.lock_upload(session, task.org_id, task.upload_id, wait=False)
    if upload is None or upload.next_try_at is None or upload.next_try_at > now:
        return None
    await repository.update_upload(session, upload, next_try_at=now + LEASE)
    if upload.status is not UploadStatus.SCANNING:
        return Settled(task)
    return Arrived(upload.org_id, upload.id, upload.kind, upload.content_type, upload.size_bytes, upload.sha256)


async def look(ports: Ports, arrived: Arrived, largest_bytes: int) -> Kept | Rejection:
    """Check the bytes, and keep what may be shown; the file is there before the row says so. Raises: AWAY."""
    place = (arrived.org_id, arrived.upload_id)
    body = await ports.objects.get(quarantine_key(*place))
    if body is None:
        return Rejection.MISSING
    fault = await asyncio.to_thread(find_fault, body, arrived, largest_bytes)
    if fault is not None:
        return fault
    if ports.scanner is not None and await ports.scanner.find_malware(body) is not None:
        return Rejection.MALWARE
    try:
        found = await ports.media.inspect(body, arrived.content_type)
    except Flawed as flawed:
        return Rejection(flawed.flaw.value)
    if found.thumbnail is not None:
        await ports.objects.put(thumbnail_key(*place), found.thumbnail)
    await ports.objects.put(file_key(*place), found.body)
    return _kept(found)


def _kept(found: Inspected) -> Kept:
    return Kept(
        ContentType(found.content_type),
        len(found.body),
        hashlib.sha256(found.body).digest(),
        found.width,
        found.height,
        found.thumbnail is not None,
    )


async def decide(session: WriteSession, arrived: Arrived, found: Kept | Rejection) -> None:
    """Write down what was found, once. The quarantined bytes go when the form can bring no others."""
    upload = await _still_scanning(session, arrived)
    if upload is None:
        return
    tidy_at = upload.form_expires_at + LEASE
    if isinstance(found, Rejection):
        await repository.update_upload(
            session, upload, status=UploadStatus.REJECTED, rejection=found, next_try_at=tidy_at
        )
        return
    await repository.update_upload(
        session,
        upload,
        status=UploadStatus.CLEAN,
        content_type=found.content_type,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        width=found.width,
        height=found.height,
        has_thumbnail=found.has_thumbnail,
        next_try_at=tidy_at,
    )


async def put_off(session: WriteSession, arrived: Arrived, now: datetime) -> None:
    """Somebody was away: look again later, for twelve hours."""
    upload = await _still_scanning(session, arrived)
    if upload is None:
        return
    if upload.completed_at is not None and now >= upload.completed_at + GIVE_UP_AFTER:
        await decide(session, arrived, Rejection.UNCHECKED)
    else:
        await repository.update_upload(session, upload, tries=upload.tries + 1, next_try_at=next_try(now, upload.tries))


async def _still_scanning(session: WriteSession, arrived: Arrived) -> Upload | None:
    upload = await repository.lock_upload(session, arrived.org_id, arrived.upload_id)
    return upload if upload is not None and upload.status is UploadStatus.SCANNING else None


async def delete_quarantined(ports: Ports, task: Task) -> None:
    """Raises: StoreUnavailable."""
    await ports.objects.delete(quarantine_key(task.org_id, task.upload_id))


async def settle(session: WriteSession, task: Task) -> None:
    """Nothing more is to be done with the upload."""
    upload = await repository.lock_upload(session, task.org_id, task.upload_id)
    if upload is not None and upload.status is not UploadStatus.SCANNING:
        await repository.update_upload(session, upload, next_try_at=None)


async def delete_bytes(ports: Ports, task: Task) -> None:
    """All of an upload's bytes, before its row: a row that is left over brings us back. Raises: StoreUnavailable."""
    for key in (quarantine_key, thumbnail_key, file_key):
        await ports.objects.delete(key(task.org_id, task.upload_id))


async def begin_forgetting(session: WriteSession, task: Task, before: datetime) -> bool:
    """Whether the upload is still nobody's; then it can be attached to nothing any more. Locks: the upload."""
    upload = await repository.lock_upload(session, task.org_id, task.upload_id, wait=False)
    if upload is None or upload.attached_at is not None or upload.created_at >= before:
        return False
    if upload.status is not UploadStatus.REJECTED:
        await repository.update_upload(
            session, upload, status=UploadStatus.REJECTED, rejection=Rejection.MISSING, next_try_at=None
        )
    return True


async def forget(session: WriteSession, task: Task) -> None:
    upload = await repository.lock_upload(session, task.org_id, task.upload_id)
    if upload is not None:
        await repository.delete_upload(session, upload)
