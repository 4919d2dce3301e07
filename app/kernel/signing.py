"""Signed, self-contained tokens: cursors, offers. What they hold can be read by anybody and changed by nobody.

HMAC-SHA256 over purpose and payload; a token of one purpose cannot serve another. The payload is compact JSON.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator
from typing import Any, Final

SIGNATURE_BYTES: Final = 16
LONGEST_TOKEN: Final = 16_384
LONGEST_PAYLOAD: Final = 65_536
WORTH_COMPRESSING: Final = 256


class BadToken(ValueError):
    """The token was not made by us for this purpose, or has been changed."""


class Signer:
    """Signs with `key`; what `previous` ones signed is still read, so that a key can be changed."""

    def __init__(self, key: bytes, *previous: bytes) -> None:
        if any(len(one) < 32 for one in (key, *previous)):  # noqa: PLR2004 - as long as the hash (RFC 2104, 3)
            raise ValueError("a signing key has at least 32 bytes")
        self._key = key
        self._keys = (key, *previous)

    def sign(self, purpose: str, payload: dict[str, Any]) -> str:
        body = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()
        if len(body) > WORTH_COMPRESSING:
            body = zlib.compress(body, 6)
        return base64.urlsafe_b64encode(_mac(self._key, purpose, body) + body).rstrip(b"=").decode()

    def read(self, purpose: str, token: str) -> dict[str, Any]:
        """The payload of a token. Raises: BadToken, for whatever is wrong with it."""
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise BadToken("unreadable")
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (binascii.Error, ValueError):
            raise BadToken("unreadable") from None
        mac, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        if canonical != token or not any(hmac.compare_digest(mac, _mac(key, purpose, body)) for key in self._keys):
            raise BadToken("not signed by us")
        text = body if body.startswith(b"{") else zlib.decompressobj().decompress(body, LONGEST_PAYLOAD)
        payload: dict[str, Any] = json.loads(text)
        return payload

    def derive(self, purpose: str, *parts: bytes) -> bytes:
        """32 bytes that only the holder of the key can make: one-time codes, refresh secrets."""
        return _derived(self._key, purpose, parts)

    def derivations(self, purpose: str, *parts: bytes) -> Iterator[bytes]:
        """What each key makes of it, the present one first: to check what came from here, never to make it."""
        return (_derived(key, purpose, parts) for key in self._keys)


def _derived(key: bytes, purpose: str, parts: tuple[bytes, ...]) -> bytes:
    return hmac.new(key, b"\x00".join((purpose.encode(), *parts)), hashlib.sha256).digest()


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\x00" + body, hashlib.sha256).digest()[:SIGNATURE_BYTES]
