"""Opaque tokens that say who they are for: ids and a MAC that only we can make, in one base64url text.

A forged one is refused without asking the database; whether a true one is still alive, the database says.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final
from uuid import UUID

from app.kernel.signing import BadToken, Signer

ID_BYTES: Final = 16


def make_token(signer: Signer, purpose: str, *ids: UUID) -> str:
    body = b"".join(one.bytes for one in ids)
    return f"{purpose}_{base64.urlsafe_b64encode(body + signer.derive(purpose, body)).rstrip(b'=').decode()}"


def read_token(signer: Signer, purpose: str, token: str, *, ids: int) -> tuple[UUID, ...]:
    """The ids of a token of ours. Raises: BadToken."""
    text = token.removeprefix(f"{purpose}_")
    if text == token or len(text) > 200:  # noqa: PLR2004
        raise BadToken("not of this kind")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise BadToken("unreadable") from None
    body, mac = raw[: ids * ID_BYTES], raw[ids * ID_BYTES :]
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == text
    if not canonical or not any(hmac.compare_digest(mac, ours) for ours in signer.derivations(purpose, body)):
        raise BadToken("not signed by us")
    return tuple(UUID(bytes=body[at : at + ID_BYTES]) for at in range(0, len(body), ID_BYTES))


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
