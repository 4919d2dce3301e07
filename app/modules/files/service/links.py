from __future__ import annotations

from datetime import datetime, timedelta

from app.kernel.ports.object_store import DownloadTerms, ObjectStore, StoreUnavailable
from app.modules.files.errors import FilesUnavailable
from app.modules.files.models import Upload
from app.modules.files.rules import file_key, thumbnail_key
from app.modules.files.values import ContentType, FileLinks, UploadStatus


async def link(objects: ObjectStore, upload: Upload, now: datetime, seconds: int) -> FileLinks | None:
    """Links to a clean file; None for any other. No transaction may be open. Raises: FilesUnavailable (503)."""
    return await links_to(objects, upload, now, seconds) if upload.status is UploadStatus.CLEAN else None


async def links_to(objects: ObjectStore, upload: Upload, now: datetime, seconds: int) -> FileLinks:
    """Links to a clean file, as every attached one is. No transaction may be open. Raises: FilesUnavailable (503)."""
    until = now + timedelta(seconds=seconds)
    place = (upload.org_id, upload.id)
    try:
        url = await objects.download_link(
            DownloadTerms(file_key(*place), upload.content_type, upload.file_name, until), now
        )
        if not upload.has_thumbnail:
            return FileLinks(url, None)
        small = DownloadTerms(thumbnail_key(*place), ContentType.JPEG, "thumbnail.jpg", until)
        return FileLinks(url, await objects.download_link(small, now))
    except StoreUnavailable:
        raise FilesUnavailable from None
