"""Fields that the database keeps and cannot read: AES-256-GCM, with keys that can be changed without a stop.

A sealed text is `version 1 | key id 8 | nonce 12 | ciphertext and tag`. The key of a text is derived by HKDF from a
secret of the settings, so that the secret itself encrypts nothing; its id says which one. The context is bound to
the text as associated data: what was sealed for one row and column opens for no other.

To change the secret, move it to `previous_sealing_key`: old texts open, new ones take the new key, and
`head` tells those still to be rewritten before the previous one is dropped.
Random nonces: a key seals fewer than 2**32 texts (NIST SP 800-38D, 8.3).
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kernel.signing import Signer

logger = logging.getLogger(__name__)

VERSION: Final = b"\x01"
KEY_ID_BYTES: Final = 8
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
HEAD_BYTES: Final = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES
SHORTEST_SECRET: Final = 32


class CannotOpen(ValueError):
    """Not sealed by us, for another context, changed since, or with a key that is gone."""


class Sealer:
    def __init__(self, secret: bytes, *previous: bytes) -> None:
        """`secret` seals; the `previous` ones only open. Raises: ValueError for one of fewer than 32 bytes."""
        secrets = (secret, *previous)
        if any(len(one) < SHORTEST_SECRET for one in secrets):
            raise ValueError(f"a sealing secret has at least {SHORTEST_SECRET} bytes")
        self._keys = {_key_id(one): AESGCM(_key(one)) for one in secrets}
        self._current = _key_id(secret)

    def seal(self, text: str, *context: str) -> bytes:
        """The text for the database. `context` names where it is kept: table, column and the row's id."""
        nonce = os.urandom(NONCE_BYTES)
        head = self.head
        return head + nonce + self._keys[self._current].encrypt(nonce, text.encode(), _bound(head, context))

    def open(self, sealed: bytes, *context: str) -> str:
        """The text that was sealed for this context. Raises: CannotOpen."""
        if len(sealed) < HEAD_BYTES + TAG_BYTES or not sealed.startswith(VERSION):
            raise CannotOpen("not a sealed text")
        head, nonce = sealed[: HEAD_BYTES - NONCE_BYTES], sealed[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES]
        key = self._keys.get(head[len(VERSION) :])
        if key is None:
            raise CannotOpen("sealed with a key that is gone")
        try:
            return key.decrypt(nonce, sealed[HEAD_BYTES:], _bound(head, context)).decode()
        except InvalidTag:
            raise CannotOpen("changed, or sealed for another place") from None

    @property
    def has_former(self) -> bool:
        """Whether the key is being changed: texts of a former one may stand in the database."""
        return len(self._keys) > 1

    @property
    def head(self) -> bytes:
        """How every text begins that the present key sealed: what begins otherwise waits to be sealed anew."""
        return VERSION + self._current


@dataclass(frozen=True, slots=True)
class Seals:
    """What a session keeps sealed fields by, and finds them again by: the keys of both."""

    sealer: Sealer
    pepper: Signer

    def seal(self, text: str, *context: str) -> bytes:
        return self.sealer.seal(text, *context)

    def open(self, sealed: bytes, *context: str) -> str:
        """Raises: CannotOpen."""
        return self.sealer.open(sealed, *context)

    def index(self, purpose: str, text: str) -> bytes:
        """What a text in its one form is looked up by; without the key nobody can try texts out."""
        return self.pepper.derive(purpose, text.encode())


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """Where a text is kept that belongs to one row: sealed for this column and the row's id."""

    table: str
    column: str

    def seal(self, seals: Seals, row_id: UUID, text: str) -> bytes:
        return seals.seal(text, self.table, self.column, str(row_id))

    def open(self, seals: Seals, row_id: UUID, sealed: bytes) -> str:
        """Raises: CannotOpen."""
        return seals.open(sealed, self.table, self.column, str(row_id))

    def shown(self, seals: Seals, row_id: UUID, sealed: bytes) -> str:
        """As `open`, for whoever reads a list: what does not open is logged, and shown as an empty text."""
        try:
            return self.open(seals, row_id, sealed)
        except CannotOpen:
            logger.exception(
                "a sealed text does not open",
                extra={"table": self.table, "column": self.column, "row_id": str(row_id)},
            )
            return ""


def _key(secret: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"movehub sealing key").derive(secret)


def _key_id(secret: bytes) -> bytes:
    return hashlib.sha256(b"movehub sealing key id" + _key(secret)).digest()[:KEY_ID_BYTES]


def _bound(head: bytes, context: Sequence[str]) -> bytes:
    """Head and context as one, each part with its length: ("ab", "c") is not ("a", "bc")."""
    parts = (part.encode() for part in context)
    return head + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
