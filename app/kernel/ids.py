"""Identifiers: UUIDv7, so that rows made one after the other lie one after the other in every index.

RFC 9562, 5.7: 48 bits of Unix milliseconds, then version, variant and 74 random bits. Made in the program,
because an id is needed before its row is written (events, replies, idempotency).
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RANDOM_BITS = (1 << 74) - 1
_LOW_62 = (1 << 62) - 1


def uuid7_at(unix_ms: int, randomness: int) -> UUID:
    """The UUIDv7 of a millisecond and at least 74 random bits."""
    randomness &= _RANDOM_BITS
    high = ((unix_ms & 0xFFFF_FFFF_FFFF) << 16) | 0x7000 | (randomness >> 62)
    return UUID(int=(high << 64) | (0b10 << 62) | (randomness & _LOW_62))


def _from_system() -> UUID:
    return uuid7_at(time.time_ns() // 1_000_000, int.from_bytes(os.urandom(10), "big"))


_source: ContextVar[Callable[[], UUID]] = ContextVar("id_source", default=_from_system)


def new_id() -> UUID:
    return _source.get()()


@contextmanager
def ids_from(source: Callable[[], UUID]) -> Iterator[None]:
    """Take ids from `source` within the block: the seed uses it to make the same rows from the same number."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)
