from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.files import repository
from app.modules.files.errors import UploadAlreadyAttached, UploadNotClean, UploadNotFound, UploadOfOtherKind
from app.modules.files.models import Upload
from app.modules.files.rules import is_open_to
from app.modules.files.values import UploadKind, UploadStatus
from app.runtime.db.session import ReadSession, WriteSession


async def attach(session: WriteSession, actor: Mover, upload_id: UUID, kind: UploadKind) -> Upload:
    """Hang a clean file of the actor's company, a driver's own, on something; it stays with it.

    Locks: the upload. Raises: UploadNotFound (404), UploadOfOtherKind (422), UploadNotClean (409),
    UploadAlreadyAttached (409).
    """
    upload = await repository.lock_upload(session, actor.org_id, upload_id)
    if upload is None or not is_open_to(actor, upload.uploaded_by):
        raise UploadNotFound
    if upload.kind is not kind:
        raise UploadOfOtherKind(f"This asks for a {kind}, and the file is a {upload.kind}.")
    if upload.status is not UploadStatus.CLEAN:
        raise UploadNotClean(status=upload.status, rejection=upload.rejection)
    if upload.attached_at is not None:
        raise UploadAlreadyAttached
    await repository.update_upload(session, upload, attached_at=actor.now)
    return upload


async def detach(session: WriteSession, actor: Mover, upload_id: UUID) -> None:
    """Let an attached file go: as any that nothing holds it is forgotten, unless it is attached again.

    Locks: the upload. Raises: UploadNotFound (404).
    """
    upload = await repository.lock_upload(session, actor.org_id, upload_id)
    if upload is None:
        raise UploadNotFound
    await repository.update_upload(session, upload, attached_at=None)


async def list_uploads(session: ReadSession, org_id: UUID, upload_ids: Collection[UUID]) -> dict[UUID, Upload]:
    """By id; one that is not the company's is left out."""
    return {one.id: one for one in await repository.list_uploads(session, org_id, upload_ids)}
