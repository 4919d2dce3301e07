"""How another module attaches a file to something of its own, and shows it.

`attach` in the transaction that keeps the file's id; `link` for each file to be shown, with no transaction open.
"""

from __future__ import annotations

from app.modules.files.errors import (
    FilesUnavailable,
    UploadAlreadyAttached,
    UploadNotClean,
    UploadNotFound,
    UploadOfOtherKind,
)
from app.modules.files.repository import get_uploads
from app.modules.files.service.attaching import attach, detach
from app.modules.files.service.links import link
from app.modules.files.values import FileLinks, UploadKind

__all__ = [
    "FileLinks",
    "FilesUnavailable",
    "UploadAlreadyAttached",
    "UploadKind",
    "UploadNotClean",
    "UploadNotFound",
    "UploadOfOtherKind",
    "attach",
    "detach",
    "get_uploads",
    "link",
]
