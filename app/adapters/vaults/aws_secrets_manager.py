"""A secret of AWS Secrets Manager: a JSON object whose names are settings' and whose values are texts.

Credentials come from boto3's own chain (environment, role of the task) and stand in no setting.
"""

from __future__ import annotations

import json
from typing import Final

CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 5
ATTEMPTS: Final = 3


class SecretsUnavailable(Exception):
    """The secret cannot be had or is not what it should be; the message is one sentence without any of it."""


def fetch_secret(secret_id: str, *, region: str | None, endpoint_url: str | None) -> dict[str, str]:
    """The names and values of a secret's current version. Raises: SecretsUnavailable."""
    # Heavy, and of use only where a secret is named.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    patience = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    try:
        client = boto3.client("secretsmanager", region_name=region, endpoint_url=endpoint_url, config=patience)
        text = client.get_secret_value(SecretId=secret_id).get("SecretString")
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "unknown")
        raise SecretsUnavailable(f"AWS Secrets Manager refuses the secret ({code}).") from None
    except (BotoCoreError, ValueError) as error:
        raise SecretsUnavailable(f"AWS Secrets Manager gives no answer ({type(error).__name__}).") from None
    return _values_of(text)


def _values_of(text: object) -> dict[str, str]:
    try:
        values = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise SecretsUnavailable("The secret is no JSON object of texts.")
    return values
