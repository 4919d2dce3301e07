"""The server on a socket: the heads it refuses, and how it leaves."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from app.runtime.settings import AuthSettings, Environment, Settings
from app.runtime.web import server as server_module
from app.runtime.web.server import CannotListen, Server, configure_server, listen
from app.runtime.web.service import Readiness

SETTINGS = Settings(
    environment=Environment.TEST,
    auth=AuthSettings(token_key=SecretStr("t" * 40), pepper=SecretStr("p" * 40), sealing_key=SecretStr("s" * 40)),
)
HELLO = b"GET /hello HTTP/1.1\r\nHost: test\r\n"


class Door:
    """What the server tells readiness."""

    is_draining = False


@asynccontextmanager
async def serving(*, lame_duck_seconds: float = 0.0) -> AsyncIterator[tuple[int, Server, Door]]:
    app = FastAPI()

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    door = Door()
    server = Server(configure_server(app, SETTINGS), cast(Readiness, door), lame_duck_seconds=lame_duck_seconds)
    listener = listen("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    running = asyncio.create_task(server._serve([listener]))
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.01)
    try:
        yield port, server, door
    finally:
        server.should_exit = True
        async with asyncio.timeout(10):
            await running


async def ask(port: int, request: bytes) -> bytes:
    """The first line of the answer; empty when the server hung up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    async with asyncio.timeout(10):
        line = await reader.readline()
    writer.close()
    return line.strip()


class TestHeads:
    @pytest.mark.parametrize(
        ("request_head", "answer"),
        [
            (HELLO + b"\r\n", b"HTTP/1.1 200 OK"),
            (HELLO + b"A: " + b"b" * 16_000 + b"\r\n\r\n", b"HTTP/1.1 200 OK"),
            (HELLO + b"A: " + b"b" * 17_000 + b"\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (HELLO + b"A: " + b"b" * 40_000, b"HTTP/1.1 400 Bad Request"),
            (HELLO + b"A: b\r\n" * 5_000 + b"\r\n", b"HTTP/1.1 400 Bad Request"),
            (b"GET /" + b"b" * 17_000 + b" HTTP/1.1\r\nHost: test\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (HELLO + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (HELLO + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (b"GET /hello HTTP/1.1\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (HELLO + b"Host: other\r\n\r\n", b"HTTP/1.1 400 Bad Request"),
            (b"GET /hello HTTP/1.0\r\n\r\n", b"HTTP/1.1 200 OK"),
        ],
        ids=[
            "small",
            "large",
            "too large",
            "endless",
            "many",
            "path",
            "two lengths",
            "two other lengths",
            "no host",
            "two hosts",
            "no host, of old",
        ],
    )
    async def test_only_bounded_and_unambiguous_heads_are_read(self, request_head: bytes, answer: bytes):
        async with serving() as (port, _, _):
            assert await ask(port, request_head) == answer

    @pytest.mark.parametrize("beginning", [b"", b"GET /hel"])
    async def test_a_head_that_does_not_come_is_not_waited_for(self, beginning: bytes, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.05)

        async with serving() as (port, _, _):
            assert await ask(port, beginning) == b""


class TestLeaving:
    async def test_it_says_so_and_still_answers_for_a_while(self):
        async with serving(lame_duck_seconds=60) as (port, server, door):
            server.handle_exit(signal.SIGTERM, None)

            assert door.is_draining
            assert await ask(port, HELLO + b"\r\n") == b"HTTP/1.1 200 OK"
            assert not server.should_exit

    async def test_a_second_signal_cuts_the_while_short(self):
        async with serving(lame_duck_seconds=60) as (_, server, _):
            server.handle_exit(signal.SIGTERM, None)
            server.handle_exit(signal.SIGINT, None)

            assert server.should_exit
            assert not server.force_exit

    async def test_no_signal_is_raised_again_at_the_end(self):
        async with serving() as (_, server, _):
            server.handle_exit(signal.SIGTERM, None)

            assert server._captured_signals == []


def test_port_in_use_is_a_sentence():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"Port {port} of .*\(Address already in use\): .*PORT"):
            listen("127.0.0.1", port)
