"""How another module attaches a file to something of its own: `attach`, in the transaction that keeps the file's id.

`links_to` shows it, when no transaction is open; `detach` lets it go.
"""

from __future__ import annotations

from app.modules.files.errors import (
    FilesUnavailable,
    UploadAlreadyAttached,
    UploadNotClean,
    UploadNotFound,
    UploadOfOtherKind,
)
from app.modules.files.models import Upload
from app.modules.files.service.attaching import attach, detach, list_uploads
from app.modules.files.service.links import links_to
from app.modules.files.values import FileLinks, UploadKind

__all__ = [
    "FileLinks",
    "FilesUnavailable",
    "Upload",
    "UploadAlreadyAttached",
    "UploadKind",
    "UploadNotClean",
    "UploadNotFound",
    "UploadOfOtherKind",
    "attach",
    "detach",
    "links_to",
    "list_uploads",
]
