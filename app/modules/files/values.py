from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

UPLOAD_FORM: Final = "/v1/uploads/form"


class UploadKind(StrEnum):
    """What a file is for: papers are kept to the byte, photos are drawn anew."""

    DOCUMENT = "document"
    PHOTO = "photo"


class UploadStatus(StrEnum):
    PENDING = "pending"  # a form was handed out
    SCANNING = "scanning"  # the client says that it has sent the bytes
    CLEAN = "clean"
    REJECTED = "rejected"


class ContentType(StrEnum):
    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"


class Rejection(StrEnum):
    """Why a file was refused, for a program; `SENTENCES` has the same for a screen."""

    MISSING = "missing"
    TOO_LARGE = "too_large"
    SIZE_DIFFERS = "size_differs"
    CHECKSUM_DIFFERS = "checksum_differs"
    TYPE_DIFFERS = "type_differs"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too_many_pixels"
    ACTIVE_CONTENT = "active_content"
    MALWARE = "malware"
    UNCHECKED = "unchecked"


SENTENCES: Final = {
    Rejection.MISSING: "The store has no file: send it to the form first, then complete the upload.",
    Rejection.TOO_LARGE: "The file is larger than files of its kind may be.",
    Rejection.SIZE_DIFFERS: "The file has another size than was announced.",
    Rejection.CHECKSUM_DIFFERS: "The file's SHA-256 is another than was announced: send it again.",
    Rejection.TYPE_DIFFERS: "The file's bytes are of another type than was announced.",
    Rejection.UNREADABLE: "The file cannot be opened: it is broken, locked with a password, or too complicated.",
    Rejection.TOO_MANY_PIXELS: "The picture has more than 40 million pixels.",
    Rejection.ACTIVE_CONTENT: "The document runs something or carries other files: print it to a plain PDF.",
    Rejection.MALWARE: "The scanner found something harmful in the file.",
    Rejection.UNCHECKED: "The file could not be checked for twelve hours: send it again.",
}


class TaskKind(StrEnum):
    """What the worker has to do with an upload."""

    INSPECT = "inspect"
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Task:
    org_id: UUID
    upload_id: UUID
    kind: TaskKind


@dataclass(frozen=True, slots=True)
class Arrived:
    """An upload that is to be looked at, as it was announced."""

    org_id: UUID
    upload_id: UUID
    kind: UploadKind
    content_type: ContentType
    size_bytes: int
    sha256: bytes | None


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the store of a file that was found clean."""

    content_type: ContentType
    size_bytes: int
    sha256: bytes
    width: int | None
    height: int | None
    has_thumbnail: bool


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Links to a file and to its small picture, if it has one; each lives for seconds."""

    url: str
    thumbnail_url: str | None
