"""Objects in a bucket of S3, or of a store that speaks as it does (MinIO, Ceph), by boto3 in threads.

Clients send bytes to the bucket by a presigned POST, whose policy the store itself enforces: key, type, length and
time. Keys and credentials come from boto3's own chain (environment, role of the task) and stand in no setting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from threading import Lock
from typing import Any, Final, TypeVar

from app.kernel.object_door import attachment
from app.kernel.ports.object_store import DownloadTerms, StoreUnavailable, UploadForm, UploadTerms, check_key

Answer = TypeVar("Answer")
ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class _Absent(Exception):
    pass


class S3ObjectStore:
    """No call is made before the first object is asked for; a store that does not answer is given up after seconds."""

    def __init__(
        self,
        bucket: str,
        *,
        region: str,
        endpoint_url: str | None = None,
        encryption: str | None = None,
        connect_seconds: float = 2.0,
        read_seconds: float = 10.0,
    ) -> None:
        self._bucket = bucket
        self._region = region
        self._endpoint_url = endpoint_url
        self._encryption = encryption
        self._patience = {"connect_timeout": connect_seconds, "read_timeout": read_seconds}
        self._sealing = {"ServerSideEncryption": encryption} if encryption else {}
        self._lock = Lock()

    async def put(self, key: str, body: bytes) -> None:
        check_key(key)
        await self._ask(lambda s3: s3.put_object(Bucket=self._bucket, Key=key, Body=body, **self._sealing))

    async def get(self, key: str) -> bytes | None:
        check_key(key)
        try:
            return await self._ask(lambda s3: bytes(s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()))
        except _Absent:
            return None

    async def exists(self, key: str) -> bool:
        check_key(key)
        try:
            await self._ask(lambda s3: s3.head_object(Bucket=self._bucket, Key=key))
        except _Absent:
            return False
        return True

    async def delete(self, key: str) -> None:
        check_key(key)
        with suppress(_Absent):
            await self._ask(lambda s3: s3.delete_object(Bucket=self._bucket, Key=key))

    async def upload_form(self, terms: UploadTerms, now: datetime) -> UploadForm:
        check_key(terms.key)
        fields = {"Content-Type": terms.content_type}
        if self._encryption:
            fields["x-amz-server-side-encryption"] = self._encryption
        conditions: list[Any] = [{name: value} for name, value in fields.items()]
        conditions.append(["content-length-range", terms.size_bytes, terms.size_bytes])
        seconds = int((terms.expires_at - now).total_seconds())
        form = await self._ask(
            lambda s3: s3.generate_presigned_post(self._bucket, terms.key, fields, conditions, ExpiresIn=seconds)
        )
        return UploadForm(form["url"], form["fields"])

    async def download_link(self, terms: DownloadTerms, now: datetime) -> str:
        check_key(terms.key)
        asked = {
            "Bucket": self._bucket,
            "Key": terms.key,
            "ResponseContentType": terms.content_type,
            "ResponseContentDisposition": attachment(terms.file_name),
        }
        seconds = int((terms.expires_at - now).total_seconds())
        return await self._ask(lambda s3: str(s3.generate_presigned_url("get_object", asked, ExpiresIn=seconds)))

    async def _ask(self, question: Callable[[Any], Answer]) -> Answer:
        """Ask in a thread. Raises: StoreUnavailable, _Absent."""
        return await asyncio.to_thread(self._answer, question)

    def _answer(self, question: Callable[[Any], Answer]) -> Answer:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            with self._lock:
                client = self._client
            return question(client)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code"))
            if code in ABSENT:
                raise _Absent from error
            raise StoreUnavailable(code) from error
        except (BotoCoreError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    @cached_property
    def _client(self) -> Any:
        # Here and not above: 20 MB and a third of a second that a machine with files does not need.
        import boto3
        from botocore.config import Config

        config = Config(
            region_name=self._region,
            signature_version="s3v4",
            **self._patience,
            retries={"mode": "standard", "total_max_attempts": 2},
            # Stores that only speak as S3 does know no trailing checksums.
            request_checksum_calculation="when_required" if self._endpoint_url else "when_supported",
            response_checksum_validation="when_required" if self._endpoint_url else "when_supported",
            s3={"addressing_style": "path" if self._endpoint_url else "auto"},
        )
        return boto3.session.Session().client("s3", endpoint_url=self._endpoint_url, config=config)
