"""API keys: `mh_live_` (`mh_test_` outside production) and, in base64url, key, company, secret and a MAC.

The MAC refuses a forged key without asking the database, so that inventing keys costs nobody but the inventor, and
gives him no limits of their own. It is made with the pepper, which outlives the tokens' keys. Whether a true key still
lives, and has the scope that is asked for, the database says in the transaction's first round trip.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.kernel.signing import BadToken, Signer

LIVE: Final = "mh_live_"
TEST: Final = "mh_test_"
SECRET_BYTES: Final = 16
MAC_BYTES: Final = 16
BODY_BYTES: Final = 16 + 16 + SECRET_BYTES
LENGTH: Final = len(LIVE) + 86
# Of the key's id, which is no secret: enough to know a key by.
SHOWN: Final = 12
_PURPOSE: Final = "api key"


@dataclass(frozen=True, slots=True)
class ApiKeyClaims:
    """A key that we have made. `secret_hash`: SHA-256 of the whole text."""

    key_id: UUID
    org_id: UUID
    secret_hash: bytes


def is_api_key(text: str) -> bool:
    return text.startswith((LIVE, TEST))


def make_api_key(pepper: Signer, key_id: UUID, org_id: UUID, *, is_live: bool) -> str:
    """A new key with a fresh secret: shown once, kept by its hash alone."""
    body = key_id.bytes + org_id.bytes + os.urandom(SECRET_BYTES)
    return f"{LIVE if is_live else TEST}{_text(body + _mac(pepper, body))}"


def read_api_key(pepper: Signer, text: str) -> ApiKeyClaims:
    """What a key of ours says. Raises: BadToken."""
    if len(text) != LENGTH or not text.isascii():
        raise BadToken("not of this kind")
    try:
        raw = base64.urlsafe_b64decode(text[len(LIVE) :] + "==")
    except (binascii.Error, ValueError):
        raise BadToken("unreadable") from None
    body, mac = raw[:BODY_BYTES], raw[BODY_BYTES:]
    if _text(raw) != text[len(LIVE) :] or not hmac.compare_digest(mac, _mac(pepper, body)):
        raise BadToken("not signed by us")
    return ApiKeyClaims(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), api_key_hash(text))


def api_key_hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def shown_prefix(key_id: UUID, *, is_live: bool) -> str:
    """How a key begins: for recognition."""
    return f"{LIVE if is_live else TEST}{_text(key_id.bytes)[:SHOWN]}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _mac(pepper: Signer, body: bytes) -> bytes:
    return pepper.derive(_PURPOSE, body)[:MAC_BYTES]
