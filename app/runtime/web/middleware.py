"""The middlewares, pure ASGI, outermost first: envelope, hosts, CORS (Starlette's), callers, body limit. No other.

Envelope: request id, access log, metrics, security headers, deadline, and the last net for faults of ours.
Callers: verifies the token once and takes the limits. BodyLimit: counts the stream, whatever Content-Length says,
and does not wait for one that hardly comes.
"""

from __future__ import annotations

import asyncio
import logging
import math
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import ClassVar, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.errors import BadRequest, PayloadTooLarge, TimedOut, TooManyRequests
from app.kernel.ids import new_id
from app.runtime import origin
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import SCOPE_KEY, Credential, Verifiers, cookie_prefixes, read_credential
from app.runtime.rate_limit.limits import Limit, Verdict, headers_of
from app.runtime.resources import Resources
from app.runtime.telemetry.logs import ACCESS, request_id
from app.runtime.telemetry.metrics import Metrics
from app.runtime.web.addresses import address_of
from app.runtime.web.problems import BodyRefused, BodyTooSlow, UnsupportedMediaType, problem_response, unexpected

logger = logging.getLogger(ACCESS)

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_PORT: Final = re.compile(r":\d{1,5}\Z", re.ASCII)
_LENGTH: Final = re.compile(r"\d{1,18}", re.ASCII)
VERDICTS: Final = "movehub.verdicts"
UNLIMITED: Final = re.compile(r"/(health(/live|/ready)?|metrics|docs|redoc|assets/.*)", re.ASCII)
PAGES: Final = ("/docs", "/redoc", "/assets/", "/dev/")
SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
# Over http it means nothing (RFC 6797, 7.2), and a browser that remembers it for localhost shuts a developer out.
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
API_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)


class Envelope:
    def __init__(self, app: ASGIApp, *, metrics: Metrics, deadline_seconds: float, is_https: bool) -> None:
        """`is_https`: whether the program is reached by https, be it here or in front."""
        self._app = app
        self._metrics = metrics
        self._deadline = deadline_seconds
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope).get("x-request-id", "")
        current = sent if _REQUEST_ID.fullmatch(sent) else new_id().hex
        token = request_id.set(current)
        came_from = origin.address.set(str(scope["client"][0]) if scope.get("client") else "")
        started = time.perf_counter()
        status = 0
        extra = [(b"x-request-id", current.encode()), *SECURITY_HEADERS]
        if not scope["path"].startswith(PAGES):
            extra += API_HEADERS
        if self._is_https:
            extra.append(HSTS)

        async def send_in_envelope(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in (*extra, *_rate_limits(scope)) if pair[0] not in present),
                ]
            await send(message)

        try:
            async with asyncio.timeout(self._deadline):
                await self._app(scope, receive, send_in_envelope)
        except TimeoutError:
            if status == 0:
                await problem_response(TimedOut(), scope["path"])(scope, receive, send_in_envelope)
        except Exception as error:  # noqa: BLE001 - the last net: whatever it was, the client gets a problem
            response = unexpected(route_of(scope), error)
            if status == 0:
                await response(scope, receive, send_in_envelope)
        finally:
            self._record(scope, status, time.perf_counter() - started)
            origin.address.reset(came_from)
            request_id.reset(token)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._metrics.count_request(method, route, status, seconds)
        if logger.isEnabledFor(logging.INFO):
            logger.info(
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 2),
                },
            )


def _rate_limits(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The header fields of the limits that the request was counted against; none of an unlimited path."""
    verdicts: list[Verdict] = scope.get(VERDICTS, [])
    return [(name.lower().encode(), value.encode()) for name, value in headers_of(verdicts).items() if value]


METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def route_of(scope: Scope) -> str:
    """The template of the path: never the path itself, which holds ids."""
    route = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or "unmatched"


class HostRefused(BadRequest):
    code: ClassVar[str] = "host_refused"
    title: ClassVar[str] = "There is no such host here."


class Hosts:
    """Answers for its own names alone: whatever else is in front believes in the Host that it sends."""

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith("/health"):
            host = Headers(scope=scope).get("host", "").lower()
            if host not in self._hosts and _PORT.sub("", host) not in self._hosts:
                await problem_response(HostRefused(), scope["path"])(scope, receive, send)
                return
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a body must come: after a grace so many bytes a second, and all of it in time.

    What is counted is the time that the program waits for the sender, not what it does in between.
    """

    grace_seconds: float = 2.0
    bytes_per_second: int = 1_024
    most_seconds: float = 10.0

    def seconds_for(self, received: int) -> float:
        """How long one may have waited in all, when so many bytes have come."""
        return min(self.grace_seconds + received / self.bytes_per_second, self.most_seconds)


USUAL: Final = Pace()


class Arriving:
    """One body as it comes: counted, and timed while it is waited for."""

    def __init__(self, receive: Receive, largest: int, pace: Pace) -> None:
        self._receive = receive
        self._largest = largest
        self._pace = pace
        self._received = 0
        self._waited = 0.0
        self._is_whole = False

    async def receive(self) -> Message:
        """Raises: BodyRefused, with PayloadTooLarge (413) or BodyTooSlow (408)."""
        if self._is_whole:  # what is waited for now is the client's leaving
            return await self._receive()
        asked = time.monotonic()
        try:
            async with asyncio.timeout(self._pace.seconds_for(self._received) - self._waited):
                message = await self._receive()
        except TimeoutError:
            raise BodyRefused(BodyTooSlow()) from None
        self._waited += time.monotonic() - asked
        if message["type"] == "http.request":
            self._received += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
            if self._received > self._largest:
                raise BodyRefused(PayloadTooLarge())
        return message


class BodyLimit:
    """`larger`: the paths that take more than `largest_bytes`, and how much; of time they have the request's own."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        largest_bytes: int,
        larger: Mapping[str, int] = MappingProxyType({}),
        pace: Pace = USUAL,
    ) -> None:
        self._app = app
        self._largest = largest_bytes
        self._larger = larger
        self._pace = pace
        self._pace_of_larger = replace(pace, most_seconds=math.inf)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        is_larger = scope["path"] in self._larger
        largest = self._larger[scope["path"]] if is_larger else self._largest
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity") != "identity":
            await problem_response(UnsupportedMediaType(), scope["path"])(scope, receive, send)
            return
        announced = headers.get("content-length", "0")
        if not _LENGTH.fullmatch(announced) or int(announced) > largest:
            await problem_response(PayloadTooLarge(), scope["path"])(scope, receive, send)
            return
        arriving = Arriving(receive, largest, self._pace_of_larger if is_larger else self._pace)
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, arriving.receive, send_noting)
        except BodyRefused as refused:
            if not started:
                await problem_response(refused.refusal, scope["path"])(scope, receive, send)


class Callers:
    """Verifies the credential, once, and counts the request against its caller or its address."""

    def __init__(self, app: ASGIApp, *, resources: Resources) -> None:
        self._app = app
        self._clock = resources.clock
        prefixes = cookie_prefixes(is_production=resources.settings.is_production)
        self._ours = Verifiers(resources.tokens, resources.signer, resources.pepper, prefixes)
        self._limiter = resources.limiter
        self._limits = resources.settings.limits
        self._metrics = resources.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or UNLIMITED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        credential = read_credential(Headers(scope=scope), self._ours, self._clock.now())
        scope[SCOPE_KEY] = credential
        verdict = await self._limiter.take([self._limit(scope, credential)])
        scope[VERDICTS] = [verdict]
        if not verdict.passes:
            self._metrics.refused.labels(verdict.limit.name).inc()
            await problem_response(TooManyRequests(headers=verdict.retry_after()), scope["path"])(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _limit(self, scope: Scope, credential: Credential) -> Limit:
        if isinstance(credential.claims, ApiKeyClaims):
            # All keys of a company together: more keys are not more requests.
            subject = credential.claims.org_id.hex
            return self._limiter.limit("api_key", subject, self._limits.api_keys_per_minute, 60)
        if credential.claims is not None:
            subject = credential.claims.session_id.hex
            return self._limiter.limit("caller", subject, self._limits.caller_per_minute, 60)
        return self._limiter.limit("anonymous", address_of(scope), self._limits.anonymous_per_minute, 60)
