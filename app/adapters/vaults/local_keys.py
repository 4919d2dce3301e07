"""Wrapping keys of the settings themselves, by name: for one machine, and for whoever mounts them from elsewhere.

A wrapped secret is `<name>.<base64 of nonce and ciphertext>`, AES-256-GCM with name and use bound to it.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.kernel.ports.key_wrapping import KeysUnavailable

NONCE_BYTES: Final = 12
SHORTEST: Final = 32


class LocalKeyWrapper:
    def __init__(self, keys: Mapping[str, str], current: str) -> None:
        """`current` names the key that wraps; all of them unwrap. Raises: KeysUnavailable for a short one."""
        if any(len(secret) < SHORTEST for secret in keys.values()):
            raise KeysUnavailable(f"A wrapping key has at least {SHORTEST} characters.")
        self._keys = {name: AESGCM(_derived(secret)) for name, secret in keys.items()}
        self._current = current

    def wrap(self, secret: str, use: str) -> str:
        key = self._keys.get(self._current)
        if key is None:
            raise KeysUnavailable("There is no wrapping key of the name that is to wrap.")
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + key.encrypt(nonce, secret.encode(), _bound(self._current, use))
        return f"{self._current}.{base64.urlsafe_b64encode(sealed).decode()}"

    def unwrap(self, wrapped: str, use: str) -> str:
        name, _, text = wrapped.rpartition(".")
        key = self._keys.get(name)
        if key is None:
            raise KeysUnavailable("It is wrapped by a key that is not among the wrapping keys.")
        try:
            sealed = base64.urlsafe_b64decode(text)
            return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(name, use)).decode()
        except (binascii.Error, ValueError, InvalidTag):
            raise KeysUnavailable("It is not what the wrapping key has wrapped.") from None


def _bound(name: str, use: str) -> bytes:
    return f"{name}\0{use}".encode()


def _derived(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"movehub wrapping key").derive(secret.encode())
