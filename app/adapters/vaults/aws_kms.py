"""AWS KMS as the one who wraps: its key never leaves it, and who may ask it for what is AWS's to say.

A wrapped secret is KMS's own ciphertext in base64, which names its key. What the secret is for goes with every request
as its context, so that what was encrypted for something else decrypts to nothing here.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Final

from app.adapters.vaults.aws import AwsIsSilent, AwsRefuses, ask_aws
from app.kernel.ports.key_wrapping import KeysUnavailable

CONTEXT: Final = {"application": "movehub", "purpose": "key of the settings"}


class KmsKeyWrapper:
    def __init__(self, key_id: str, *, region: str | None, endpoint_url: str | None) -> None:
        """`key_id`: the key that wraps, as AWS names it: id, ARN or alias."""
        self._key_id = key_id
        self._region = region
        self._endpoint_url = endpoint_url

    def wrap(self, secret: str, use: str) -> str:
        answer = self._ask("encrypt", use, KeyId=self._key_id, Plaintext=secret.encode())
        return base64.b64encode(answer["CiphertextBlob"]).decode()

    def unwrap(self, wrapped: str, use: str) -> str:
        try:
            ciphertext = base64.b64decode(wrapped, validate=True)
        except binascii.Error:
            raise KeysUnavailable("It is no text of AWS KMS.") from None
        plain: bytes = self._ask("decrypt", use, CiphertextBlob=ciphertext)["Plaintext"]
        try:
            return plain.decode()
        except UnicodeDecodeError:
            raise KeysUnavailable("What AWS KMS decrypts is no text.") from None

    def _ask(self, operation: str, use: str, **values: Any) -> dict[str, Any]:
        try:
            return ask_aws(
                "kms",
                operation,
                region=self._region,
                endpoint_url=self._endpoint_url,
                EncryptionContext=CONTEXT | {"use": use},
                **values,
            )
        except AwsRefuses as code:
            raise KeysUnavailable(f"AWS KMS refuses it ({code}).") from None
        except AwsIsSilent as kind:
            raise KeysUnavailable(f"AWS KMS gives no answer ({kind}).") from None
