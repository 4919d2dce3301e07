from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.ports.object_store import ObjectStore, StoreUnavailable, UploadForm, UploadTerms
from app.modules.audit.public import Change, record
from app.modules.files import repository
from app.modules.files.errors import FilesUnavailable, StorageFull, TooManyUploads, UploadNotFound, UploadTooLarge
from app.modules.files.models import Upload
from app.modules.files.rules import is_open_to, quarantine_key
from app.modules.files.schemas import UploadIn
from app.modules.files.values import UploadKind, UploadStatus
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.settings import UploadSettings


def largest_of(kind: UploadKind, limits: UploadSettings) -> int:
    return limits.largest_photo_bytes if kind is UploadKind.PHOTO else limits.largest_document_bytes


async def announce_upload(
    session: WriteSession, actor: Mover, body: UploadIn, objects: ObjectStore, limits: UploadSettings
) -> tuple[Upload, UploadForm]:
    """The upload, and the form for exactly this file, which the store takes until `form_expires_at`.

    Locks: the company's announcements, one at a time. Raises: UploadTooLarge (413), FilesUnavailable (503),
    TooManyUploads (409), StorageFull (409).
    """
    largest = largest_of(body.kind, limits)
    if body.size_bytes > largest:
        raise UploadTooLarge(f"A {body.kind} may have {largest:,} bytes.")
    upload_id, expires_at = new_id(), actor.now + timedelta(seconds=limits.form_seconds)
    terms = UploadTerms(quarantine_key(actor.org_id, upload_id), body.content_type, body.size_bytes, expires_at)
    try:
        form = await objects.upload_form(terms, actor.now)
    except StoreUnavailable:
        raise FilesUnavailable from None
    await _refuse_too_much(session, actor, body.size_bytes, limits)
    upload = Upload(
        org_id=actor.org_id,
        id=upload_id,
        kind=body.kind,
        status=UploadStatus.PENDING,
        file_name=body.file_name,
        content_type=body.content_type,
        size_bytes=body.size_bytes,
        sha256=None if body.sha256 is None else bytes.fromhex(body.sha256),
        uploaded_by=actor.id,
        created_at=actor.now,
        form_expires_at=expires_at,
        tries=0,
        has_thumbnail=False,
    )
    await repository.insert_upload(session, upload)
    told = {"kind": body.kind, "size_bytes": body.size_bytes}
    record(session, actor, Change("files.upload_announced", "upload", upload_id, after=told))
    return upload, form


async def _refuse_too_much(session: WriteSession, actor: Mover, size_bytes: int, limits: UploadSettings) -> None:
    await repository.lock_company_uploads(session, actor.org_id)
    unfinished, taken = await repository.count_uploads(session, actor.org_id)
    if unfinished >= limits.most_unfinished:
        raise TooManyUploads(f"{unfinished} of your company's uploads are unfinished: complete them first.")
    if taken + size_bytes > limits.most_bytes:
        raise StorageFull(f"Your company's files take {taken:,} of {limits.most_bytes:,} bytes.")


async def complete_upload(session: WriteSession, actor: Mover, upload_id: UUID) -> Upload:
    """Say that the bytes are sent: the worker looks at them next. Once; again, it says where the upload stands.

    Locks: the upload. Raises: UploadNotFound (404).
    """
    upload = await repository.lock_upload(session, actor.org_id, upload_id)
    if upload is None or not is_open_to(actor, upload.uploaded_by):
        raise UploadNotFound
    if upload.status is UploadStatus.PENDING:
        await repository.update_upload(
            session, upload, status=UploadStatus.SCANNING, completed_at=actor.now, next_try_at=actor.now
        )
        record(session, actor, Change("files.upload_completed", "upload", upload_id))
    return upload


async def show_upload(session: ReadSession, actor: Mover, upload_id: UUID) -> Upload:
    """Raises: UploadNotFound (404)."""
    upload = await repository.get_upload(session, actor.org_id, upload_id)
    if upload is None or not is_open_to(actor, upload.uploaded_by):
        raise UploadNotFound
    return upload


def forgotten_before(now: datetime, limits: UploadSettings) -> datetime:
    return now - timedelta(hours=limits.orphan_hours)
