"""A bucket that holds to what is signed, as S3 does and its common double does not: key, type, length, time, signature.

Speaks what the adapter uses: PUT, GET, HEAD and DELETE of an object (signature version 4 in the header or in the
query), and the POST of a form with a policy. One region, one pair of keys, one bucket, path style.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

BUCKET = "movehub"
REGION = "us-east-1"
KEY_ID = "AKIATESTS"
SECRET = "the secret of the tests"


class Refused(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


def _sign(day: str, text: str) -> str:
    key = f"AWS4{SECRET}".encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass
class Bucket:
    url: str = ""
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)
    failing: int | None = None
    sealed_by: str | None = None

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Silent."""

    def do_GET(self) -> None:
        self._answer(self._get)

    do_HEAD = do_GET  # noqa: N815 - the name that http.server asks for

    def do_PUT(self) -> None:
        self._answer(self._put)

    def do_DELETE(self) -> None:
        self._answer(self._delete)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, work: Any) -> None:
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            if self.bucket.failing is not None:
                raise Refused(self.bucket.failing, "SlowDown")  # noqa: TRY301 - one answer for all refusals
            status, headers, body = work()
        except Refused as refused:
            status, headers = refused.status, {"Content-Type": "application/xml"}
            body = f"<Error><Code>{refused.code}</Code></Error>".encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")

    def _check_signature(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "X-Amz-Signature" in query:
            given, stamp = query.pop("X-Amz-Signature"), query["X-Amz-Date"]
            credential, signed, payload = query["X-Amz-Credential"], query["X-Amz-SignedHeaders"], "UNSIGNED-PAYLOAD"
            if self.bucket.now() > _instant(stamp) + timedelta(seconds=int(query["X-Amz-Expires"])):
                raise Refused(403, "AccessDenied")
        else:
            found = re.fullmatch(
                r"AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\w+)",
                self.headers.get("authorization", ""),
            )
            if found is None:
                raise Refused(403, "AccessDenied")
            credential, signed, given = found.groups()
            stamp, payload = self.headers["x-amz-date"], self.headers["x-amz-content-sha256"]
            if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(self.body).hexdigest():
                raise Refused(400, "XAmzContentSHA256Mismatch")
        if not credential.startswith(f"{KEY_ID}/"):
            raise Refused(403, "InvalidAccessKeyId")
        canonical = "\n".join(
            [
                self.command,
                quote(unquote(parts.path), safe="/-_.~"),
                "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(query.items())),
                *(f"{name}:{' '.join(self.headers[name].split())}" for name in signed.split(";")),
                "",
                signed,
                payload,
            ]
        )
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{stamp[:8]}/{REGION}/s3/aws4_request\n{digest}"
        if not hmac.compare_digest(given, _sign(stamp[:8], text)):
            raise Refused(403, "SignatureDoesNotMatch")

    def _get(self) -> tuple[int, dict[str, str], bytes]:
        self._check_signature()
        if self.key not in self.bucket.objects:
            raise Refused(404, "NoSuchKey")
        content_type, body = self.bucket.objects[self.key]
        query = dict(parse_qsl(urlsplit(self.path).query))
        headers = {"Content-Type": query.get("response-content-type", content_type)}
        if "response-content-disposition" in query:
            headers["Content-Disposition"] = query["response-content-disposition"]
        return 200, headers, body

    def _put(self) -> tuple[int, dict[str, str], bytes]:
        self._check_signature()
        self.bucket.sealed_by = self.headers.get("x-amz-server-side-encryption")
        self.bucket.objects[self.key] = (self.headers.get("content-type") or "binary/octet-stream", self.body)
        return 200, {}, b""

    def _delete(self) -> tuple[int, dict[str, str], bytes]:
        self._check_signature()
        self.bucket.objects.pop(self.key, None)
        return 204, {}, b""

    def _post(self) -> tuple[int, dict[str, str], bytes]:
        fields, file = self._form()
        policy = fields.get("policy", "")
        if not hmac.compare_digest(fields.get("x-amz-signature", ""), _sign(fields.get("x-amz-date", "")[:8], policy)):
            raise Refused(403, "SignatureDoesNotMatch")
        read = json.loads(base64.b64decode(policy))
        if self.bucket.now() > datetime.fromisoformat(read["expiration"]):
            raise Refused(403, "AccessDenied")
        told = dict(fields, bucket=BUCKET)
        allowed = {"policy", "x-amz-signature", "bucket"}
        for condition in read["conditions"]:
            if isinstance(condition, dict):
                [(name, value)] = condition.items()
                allowed.add(name.lower())
                if told.get(name.lower()) != value:
                    raise Refused(403, "AccessDenied")
            elif condition[0] == "content-length-range":
                if len(file) < condition[1]:
                    raise Refused(400, "EntityTooSmall")
                if len(file) > condition[2]:
                    raise Refused(400, "EntityTooLarge")
            else:
                raise Refused(400, "InvalidPolicyDocument")
        if set(told) - allowed:
            raise Refused(403, "AccessDenied")
        self.bucket.objects[fields["key"]] = (fields["content-type"], file)
        return 204, {}, b""

    def _form(self) -> tuple[dict[str, str], bytes]:
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        fields: dict[str, str] = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + self.body).iter_parts():
            name = str(part.get_param("name", header="content-disposition")).lower()
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            if name == "file":
                return fields, body
            fields[name] = body.decode()
        raise Refused(400, "InvalidArgument")


@contextmanager
def running_bucket() -> Iterator[Bucket]:
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneBucket", (Handler,), {"bucket": bucket}))
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
