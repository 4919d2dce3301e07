"""Bytes kept under a key: photographs, signed papers, rendered invoices.

Clients send and fetch bytes at the store's own door, past our API: with a form that we signed for exactly one object,
and by links that live for seconds.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

LONGEST_KEY: Final = 512
_SEGMENT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,199}")


class StoreUnavailable(Exception):
    """The store cannot answer right now; the same call may succeed later."""


def check_key(key: str) -> str:
    """A key is segments of letters, digits, `.`, `_` and `-`, joined by `/`; no segment begins with a dot.

    Raises: ValueError.
    """
    if len(key) > LONGEST_KEY or not all(_SEGMENT.fullmatch(segment) for segment in key.split("/")):
        raise ValueError("not the key of an object")
    return key


@dataclass(frozen=True, slots=True)
class UploadTerms:
    """What one form lets in: this type, of just so many bytes, under this key, until `expires_at`."""

    key: str
    content_type: str
    size_bytes: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form to be sent as multipart/form-data to `url`: these fields first, then the bytes as `file`."""

    url: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class DownloadTerms:
    """What one link gives out: the object as an attachment of this name and type, until `expires_at`."""

    key: str
    content_type: str
    file_name: str
    expires_at: datetime


class ObjectStore(Protocol):
    """All raise ValueError for a malformed key and StoreUnavailable when the store cannot answer."""

    async def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`, durably; a reader sees the old bytes or the new, never a part."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes, or None when there are none."""
        ...

    async def exists(self, key: str) -> bool: ...

    async def delete(self, key: str) -> None:
        """Forget the bytes; nothing happens when there are none."""
        ...

    async def upload_form(self, terms: UploadTerms, now: datetime) -> UploadForm:
        """A form that the store's door takes; it is signed here, without asking the store."""
        ...

    async def download_link(self, terms: DownloadTerms, now: datetime) -> str:
        """A link to the object; it is signed here, whether there is an object or not."""
        ...
