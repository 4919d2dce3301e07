"""One question to a service of AWS, with patience; credentials come from boto3's own chain and stand in no setting."""

from __future__ import annotations

from typing import Any, Final

CONNECT_SECONDS: Final = 2
READ_SECONDS: Final = 5
ATTEMPTS: Final = 3


class AwsRefuses(Exception):
    """The message is the code of the refusal."""


class AwsIsSilent(Exception):
    """The message is the kind of failure."""


def ask_aws(
    service: str, operation: str, *, region: str | None, endpoint_url: str | None, **values: Any
) -> dict[str, Any]:
    """The answer. Raises: AwsRefuses, AwsIsSilent."""
    # Heavy, and of use only where AWS is named.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    patience = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
    )
    try:
        client = boto3.client(service, region_name=region, endpoint_url=endpoint_url, config=patience)
        answer: dict[str, Any] = getattr(client, operation)(**values)
    except ClientError as error:
        raise AwsRefuses(error.response.get("Error", {}).get("Code", "unknown")) from None
    except (BotoCoreError, ValueError) as error:
        raise AwsIsSilent(type(error).__name__) from None
    return answer
