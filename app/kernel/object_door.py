"""What a store without a door of its own hands out instead: terms, signed by us, that our own door reads back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from app.kernel.ports.object_store import DownloadTerms, UploadTerms
from app.kernel.signing import BadToken, Signer

UPLOAD: Final = "object upload"
DOWNLOAD: Final = "object download"


def sign_upload(signer: Signer, terms: UploadTerms) -> str:
    return signer.sign(UPLOAD, {**_common(terms), "size": terms.size_bytes})


def sign_download(signer: Signer, terms: DownloadTerms) -> str:
    return signer.sign(DOWNLOAD, {**_common(terms), "name": terms.file_name})


def read_upload(signer: Signer, token: str, now: datetime) -> UploadTerms:
    """Raises: BadToken, also for terms whose time is over."""
    read = _read(signer, UPLOAD, token, now)
    return UploadTerms(read["key"], read["type"], read["size"], _ends(read))


def read_download(signer: Signer, token: str, now: datetime) -> DownloadTerms:
    """Raises: BadToken, also for terms whose time is over."""
    read = _read(signer, DOWNLOAD, token, now)
    return DownloadTerms(read["key"], read["type"], read["name"], _ends(read))


def attachment(file_name: str) -> str:
    """The Content-Disposition that saves a file under this name (RFC 6266, with RFC 8187 for other scripts)."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in file_name
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _common(terms: UploadTerms | DownloadTerms) -> dict[str, Any]:
    return {"key": terms.key, "type": terms.content_type, "until": int(terms.expires_at.timestamp())}


def _ends(read: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp(read["until"], UTC)


def _read(signer: Signer, purpose: str, token: str, now: datetime) -> dict[str, Any]:
    read = signer.read(purpose, token)
    if now >= _ends(read):
        raise BadToken("its time is over")
    return read
