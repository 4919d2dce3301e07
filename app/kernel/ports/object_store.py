"""Bytes kept under a key: photographs, signed papers, rendered invoices."""

import re
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
