"""How another module attaches a file to something of its own: `attach`, in the transaction that keeps the file's id."""

from __future__ import annotations

from app.modules.files.errors import UploadAlreadyAttached, UploadNotClean, UploadNotFound, UploadOfOtherKind
from app.modules.files.service.attaching import attach
from app.modules.files.values import UploadKind

__all__ = [
    "UploadAlreadyAttached",
    "UploadKind",
    "UploadNotClean",
    "UploadNotFound",
    "UploadOfOtherKind",
    "attach",
]
