"""A secret of AWS Secrets Manager: a JSON object whose names are settings' and whose values are texts."""

from __future__ import annotations

import json

from app.adapters.vaults.aws import AwsIsSilent, AwsRefuses, ask_aws


class SecretsUnavailable(Exception):
    """The secret cannot be had or is not what it should be; the message is one sentence without any of it."""


def fetch_secret(secret_id: str, *, region: str | None, endpoint_url: str | None) -> dict[str, str]:
    """The names and values of a secret's current version. Raises: SecretsUnavailable."""
    try:
        found = ask_aws(
            "secretsmanager", "get_secret_value", region=region, endpoint_url=endpoint_url, SecretId=secret_id
        )
    except AwsRefuses as code:
        raise SecretsUnavailable(f"AWS Secrets Manager refuses the secret ({code}).") from None
    except AwsIsSilent as kind:
        raise SecretsUnavailable(f"AWS Secrets Manager gives no answer ({kind}).") from None
    return _values_of(found.get("SecretString"))


def _values_of(text: object) -> dict[str, str]:
    try:
        values = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        values = None
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise SecretsUnavailable("The secret is no JSON object of texts.")
    return values
