"""The HTTP server around the app: uvicorn, told who its proxies are and how to leave.

A stop is announced before it happens: readiness answers 503 at once, new requests are still taken for a while
(uvicorn alone closes its listener at the signal, and a balancer that has not noticed yet gets refusals), then
what runs is finished. A second signal skips the while.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
from types import FrameType
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.runtime.settings import Settings
from app.runtime.web.service import Readiness

KEEP_ALIVE_SECONDS: Final = 5
HEAD_SECONDS: Final = 10.0
LARGEST_HEAD_BYTES: Final = 16 * 1024
# What still comes of a body after its answer: read and forgotten, so that the answer is not lost to a reset.
LEFTOVER_SECONDS: Final = 2.0
LARGEST_LEFTOVER_BYTES: Final = 1024 * 1024
AROUND_A_HEADER: Final = len(": \r\n")
BACKLOG: Final = 2_048


class CannotListen(Exception):
    """The address cannot be listened on; the message is one sentence with the remedy."""


class BoundedHttp(HttpToolsProtocol):
    """HTTP/1.1 whose request heads arrive within ten seconds, are of 16 KiB at the most and name one host.

    uvicorn asks for none of it.

    The body has its bounds in the middlewares: its size is counted there, and reading it counts to the deadline.
    What comes of it after the answer has two seconds and a MiB, then the connection is closed. After an answer the
    next head has its ten seconds again, whatever bytes come instead.

    The configuration's `limit_concurrency` is the number of connections at once: one more is closed unheard, where
    uvicorn would keep it and answer 503.
    """

    _head_bytes: int | None = None
    _leftover_bytes: int | None = None
    _timer: asyncio.TimerHandle | None = None

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._most_connections = self.limit_concurrency
        self.limit_concurrency = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._most_connections is not None and len(self.connections) > self._most_connections:
            transport.close()
        else:
            self._close_after(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")
        elif self._leftover_bytes is not None:
            self._leftover_bytes += len(data)
            if self._leftover_bytes > LARGEST_LEFTOVER_BYTES:
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._close_after(HEAD_SECONDS)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        if self._leftover_bytes is not None:
            self._leftover_bytes = None
            self._close_after(HEAD_SECONDS)

    def on_response_complete(self) -> None:
        is_last = not self.pipeline  # otherwise `cycle` is of a later request, which is answered next
        super().on_response_complete()
        if not is_last or self.transport.is_closing():
            return
        if self.cycle.more_body:
            self._leftover_bytes = 0
            self._close_after(LEFTOVER_SECONDS)
        elif self._head_bytes is None:
            self._close_after(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        self._head_bytes = None
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) + AROUND_A_HEADER for name, value in self.headers)
        if size > LARGEST_HEAD_BYTES:
            raise ValueError("the head is too large")  # the parser makes a 400 of it
        named = sum(name == b"host" for name, _ in self.headers)
        if named > 1 or (named == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError("a request of HTTP/1.1 names one host")
        super().on_headers_complete()

    def _close_after(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Server(uvicorn.Server):
    """Leaves `lame_duck_seconds` after the first signal, and exits 0 for it."""

    def __init__(self, config: uvicorn.Config, readiness: Readiness, *, lame_duck_seconds: float) -> None:
        super().__init__(config)
        self._readiness = readiness
        self._lame_duck_seconds = lame_duck_seconds
        self._leave_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's shape
        # Not handed to the base class: it would raise the signal again at the end, and the exit code were not 0.
        self._readiness.is_draining = True
        if self._leave_at is None:
            self._leave_at = time.monotonic() + self._lame_duck_seconds
        elif self.should_exit:
            self.force_exit = True
        else:
            self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at is not None and time.monotonic() >= self._leave_at:
            self.should_exit = True
        return await super().on_tick(counter)


def listen(host: str, port: int, *, setting: str = "PORT") -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises: CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise CannotListen(
            f"Port {port} of {host} cannot be listened on ({os.strerror(error.errno or 0)}): "
            f"choose another with {setting}."
        ) from error


def configure_server(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    proxies = list(settings.http.trusted_proxies)
    return uvicorn.Config(
        app,
        lifespan="on",
        ws="none",
        # Our middleware writes the access log, and the program configures logging.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        limit_concurrency=settings.http.most_connections,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.http.graceful_stop_seconds,
        http=BoundedHttp,
    )
