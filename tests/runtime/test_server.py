"""The server on a socket: the heads it refuses, how long it holds connections, and how it leaves."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Final, cast

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

from app.runtime.settings import AuthSettings, Environment, HttpSettings, Settings
from app.runtime.web import problems
from app.runtime.web import server as server_module
from app.runtime.web.middleware import BodyLimit, Pace
from app.runtime.web.server import CannotListen, Server, configure_server, listen
from app.runtime.web.service import Readiness

SETTINGS = Settings(
    environment=Environment.TEST,
    auth=AuthSettings(token_key=SecretStr("t" * 40), pepper=SecretStr("p" * 40), sealing_key=SecretStr("s" * 40)),
)
USUAL: Final = Pace()
HELLO = b"GET /hello HTTP/1.1\r\nHost: test\r\n"


class Door:
    """What the server tells readiness."""

    is_draining = False


async def _slowly() -> AsyncIterator[bytes]:
    for _ in range(5):
        await asyncio.sleep(0.1)
        yield b"part "


@asynccontextmanager
async def serving(
    *, lame_duck_seconds: float = 0.0, settings: Settings = SETTINGS, pace: Pace = USUAL
) -> AsyncIterator[tuple[int, Server, Door]]:
    app = FastAPI()
    app.add_middleware(BodyLimit, largest_bytes=10_000, pace=pace)
    problems.install(app)

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    @app.post("/echo")
    async def echo(request: Request) -> str:
        return (await request.body()).decode()

    @app.post("/slowly-read")
    async def slowly_read(request: Request) -> int:
        size = 0
        async for piece in request.stream():
            size += len(piece)
            await asyncio.sleep(0.2)
        return size

    @app.get("/long")
    async def long() -> StreamingResponse:
        return StreamingResponse(_slowly(), media_type="text/plain")

    door = Door()
    server = Server(configure_server(app, settings), cast(Readiness, door), lame_duck_seconds=lame_duck_seconds)
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


async def read_answer(reader: asyncio.StreamReader) -> bytes:
    """The body of the next answer, which tells its length."""
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        return await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, piece: bytes) -> None:
    """Send `piece` again and again until the server hangs up. Raises: TimeoutError when it does not."""
    with suppress(ConnectionError):
        async with asyncio.timeout(5):
            while not reader.at_eof():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.02)
    writer.close()


def shorten(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    for name in ("HEAD_SECONDS", "LEFTOVER_SECONDS"):
        monkeypatch.setattr(server_module, name, seconds.get(name.lower(), 60.0))


class TestAfterAnAnswer:
    @pytest.mark.parametrize("path", [b"/hello", b"/nowhere"])
    @pytest.mark.parametrize(
        ("header", "piece"),
        [(b"Content-Length: 200000", b"a"), (b"Transfer-Encoding: chunked", b"1;a=b")],
        ids=["length", "chunk extensions"],
    )
    async def test_the_rest_of_a_body_is_not_waited_for(
        self, path: bytes, header: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch
    ):
        shorten(monkeypatch, leftover_seconds=0.2)

        async with serving() as (port, server, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: test\r\n" + header + b"\r\n\r\n")
            assert await read_answer(reader)
            await drip(reader, writer, piece)
            assert not server.server_state.connections

    async def test_the_rest_of_a_body_is_not_endless(self, monkeypatch: pytest.MonkeyPatch):
        shorten(monkeypatch)
        monkeypatch.setattr(server_module, "LARGEST_LEFTOVER_BYTES", 10_000)

        async with serving() as (port, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HELLO + b"Content-Length: 900000000\r\n\r\n")
            assert await read_answer(reader) == b'"hello"'
            await drip(reader, writer, b"a" * 4_096)

    async def test_a_body_that_comes_late_leaves_the_connection_for_the_next(self, monkeypatch: pytest.MonkeyPatch):
        shorten(monkeypatch, leftover_seconds=0.2)

        async with serving() as (port, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HELLO + b"Content-Length: 5\r\n\r\n")
            assert await read_answer(reader) == b'"hello"'
            writer.write(b"12345")
            await asyncio.sleep(0.4)
            writer.write(HELLO + b"\r\n")
            assert await read_answer(reader) == b'"hello"'
            writer.close()

    @pytest.mark.parametrize("late_body", [b"", b"12345"])
    async def test_lines_that_are_no_head_do_not_hold_it(self, late_body: bytes, monkeypatch: pytest.MonkeyPatch):
        shorten(monkeypatch, head_seconds=0.2)

        async with serving() as (port, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HELLO + b"Content-Length: %d\r\n\r\n" % len(late_body))
            assert await read_answer(reader) == b'"hello"'
            writer.write(late_body)
            await drip(reader, writer, b"\r\n")

    async def test_requests_at_once_are_answered_in_turn(self, monkeypatch: pytest.MonkeyPatch):
        shorten(monkeypatch, leftover_seconds=0.1)
        upload = b"POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\n\r\n"

        async with serving() as (port, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HELLO + b"\r\n" + upload + b"abc")
            assert await read_answer(reader) == b'"hello"'
            await asyncio.sleep(0.3)
            writer.write(b"def" + HELLO + b"\r\n")
            assert await read_answer(reader) == b'"abcdef"'
            assert await read_answer(reader) == b'"hello"'
            writer.close()

    async def test_long_answers_and_bodies_waited_for_are_not_cut(self, monkeypatch: pytest.MonkeyPatch):
        shorten(monkeypatch, head_seconds=0.2, leftover_seconds=0.2)
        upload = b"POST /echo HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"

        async with serving() as (port, _, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(upload)
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            await asyncio.sleep(0.4)
            writer.write(b"abc")
            assert await read_answer(reader) == b'"abc"'
            writer.write(b"GET /long HTTP/1.1\r\nHost: test\r\n\r\n")
            async with asyncio.timeout(10):
                assert (await reader.readuntil(b"\r\n0\r\n\r\n")).count(b"part ") == 5
            writer.close()


# Slow enough a rate that one who is held up by a busy machine is still far above it, or far below.
QUICK: Final = Pace(grace_seconds=0.2, bytes_per_second=200, most_seconds=0.6)
# Here the rate alone can cut one off in time.
RATED: Final = replace(QUICK, most_seconds=60.0)
# And here the bound of all: a rate that every sender has.
BOUND: Final = replace(QUICK, grace_seconds=60.0)


async def send_slowly(port: int, piece: bytes, *, path: bytes = b"/echo", length: int = 9_000) -> tuple[bytes, float]:
    """The answer to a body that comes in pieces, 20 a second at the most, and after how many seconds it came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(b"POST " + path + b" HTTP/1.1\r\nHost: test\r\nContent-Length: %d\r\n\r\n" % length)
    answer = asyncio.create_task(read_answer(reader))
    while length > 0 and not answer.done():
        writer.write(piece[:length])
        length -= len(piece)
        await asyncio.wait({answer}, timeout=0.05)
    found = await answer
    took = time.monotonic() - began
    writer.close()
    return found, took


class TestBodies:
    @pytest.mark.parametrize(
        ("pace", "piece", "least"),
        [(RATED, b"", 0.2), (RATED, b"a", 0.2), (BOUND, b"a" * 100, 0.55)],
        ids=["nothing", "a trickle", "fast enough for a while"],
    )
    async def test_one_that_hardly_comes_is_not_waited_for(self, pace: Pace, piece: bytes, least: float):
        async with serving(pace=pace) as (port, _, _):
            answer, took = await send_slowly(port, piece)

        assert json.loads(answer)["code"] == "body_too_slow"
        assert least <= took

    async def test_one_that_comes_at_the_least_rate_is_taken_after_the_grace(self):
        async with serving(pace=QUICK) as (port, _, _):
            answer, took = await send_slowly(port, b"a" * 80, length=500)

        assert answer == b'"' + b"a" * 500 + b'"'
        assert took > QUICK.grace_seconds

    async def test_the_programs_own_time_is_not_the_senders(self):
        async with serving(pace=QUICK) as (port, _, _):
            answer, took = await send_slowly(port, b"a" * 500, path=b"/slowly-read", length=2_500)

        assert answer == b"2500"
        assert took > QUICK.most_seconds

    async def test_a_hundred_that_trickle_hold_up_nobody(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(server_module, "LEFTOVER_SECONDS", 0.1)

        async with serving(pace=QUICK) as (port, server, _):
            slow = [asyncio.create_task(send_slowly(port, b"a")) for _ in range(100)]
            healthy = [await ask(port, HELLO + b"\r\n") for _ in range(20)]
            refused = [json.loads(answer)["status"] for answer, _ in await asyncio.gather(*slow)]
            async with asyncio.timeout(10):
                while server.server_state.connections:  # noqa: ASYNC110 - a count that has no event
                    await asyncio.sleep(0.01)

        assert set(healthy) == {b"HTTP/1.1 200 OK"}
        assert refused == [408] * 100


class TestConnections:
    async def test_one_too_many_is_closed_unheard_and_others_go_on(self):
        settings = SETTINGS.model_copy(update={"http": HttpSettings(most_connections=2)})

        async with serving(settings=settings) as (port, _, _):
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            third, hung_up = await asyncio.open_connection("127.0.0.1", port)
            async with asyncio.timeout(5):
                assert await third.read() == b""
            hung_up.close()
            for reader, writer in held:
                writer.write(HELLO + b"\r\n")
                assert await read_answer(reader) == b'"hello"'
                writer.close()
            await asyncio.sleep(0.1)
            assert await ask(port, HELLO + b"\r\n") == b"HTTP/1.1 200 OK"


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
