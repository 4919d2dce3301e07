"""What a file must be to be let in. All pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover, MoverMember, Role
from app.modules.files.values import Arrived, ContentType, Rejection, UploadKind

TYPES: Final = {
    UploadKind.DOCUMENT: frozenset(ContentType),
    UploadKind.PHOTO: frozenset(ContentType) - {ContentType.PDF},
}
# The brands of ISO/IEC 23008-12 that still pictures carry in their first box.
HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})
GIVE_UP_AFTER: Final = timedelta(hours=12)
FIRST_WAIT: Final = timedelta(seconds=5)
LONGEST_WAIT: Final = timedelta(minutes=10)
# Longer than one file may take to be read, scanned and drawn: nobody else begins with it meanwhile.
LEASE: Final = timedelta(minutes=2)


def is_open_to(actor: Mover, uploaded_by: UUID) -> bool:
    """A driver's are those that they sent; of others they see what a job, a truck or a paper of theirs shows."""
    is_driver = isinstance(actor, MoverMember) and actor.role is Role.DRIVER
    return not is_driver or uploaded_by == actor.id


def sniff(body: bytes) -> ContentType | None:
    """The type that the first bytes say; None for everything that is not let in."""
    if body.startswith(b"%PDF-"):
        return ContentType.PDF
    if body.startswith(b"\xff\xd8\xff"):
        return ContentType.JPEG
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return ContentType.PNG
    if body.startswith(b"RIFF") and body[8:12] == b"WEBP":
        return ContentType.WEBP
    if body[4:8] == b"ftyp" and body[8:12] in HEIC_BRANDS:
        return ContentType.HEIC
    return None


def find_fault(body: bytes, arrived: Arrived, largest_bytes: int) -> Rejection | None:
    """What is wrong with the bytes before anybody opens them."""
    if len(body) > largest_bytes:
        return Rejection.TOO_LARGE
    if len(body) != arrived.size_bytes:
        return Rejection.SIZE_DIFFERS
    if arrived.sha256 is not None and hashlib.sha256(body).digest() != arrived.sha256:
        return Rejection.CHECKSUM_DIFFERS
    if sniff(body) is not arrived.content_type:
        return Rejection.TYPE_DIFFERS
    return None


def next_try(now: datetime, tries: int) -> datetime:
    """When to look again after the store or the scanner was away for the `tries`-th time: 5 s, doubled, to 10 min."""
    return now + min(LONGEST_WAIT, FIRST_WAIT * (1 << min(tries, 10)))


def quarantine_key(org_id: UUID, upload_id: UUID) -> str:
    """Where the client's bytes arrive. Nothing is ever served from here."""
    return f"quarantine/{org_id}/{upload_id}"


def file_key(org_id: UUID, upload_id: UUID) -> str:
    return f"files/{org_id}/{upload_id}/file"


def thumbnail_key(org_id: UUID, upload_id: UUID) -> str:
    return f"files/{org_id}/{upload_id}/thumbnail"
