"""Against a daemon of the tests that reads INSTREAM as ClamAV's manual has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.adapters.scanner.clamd import ClamdScanner
from app.kernel.ports.scanner import ScannerUnavailable

pytestmark = pytest.mark.unit

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    assert await reader.readexactly(10) == b"zINSTREAM\0"
    body = b""
    while size := int.from_bytes(await reader.readexactly(4)):
        body += await reader.readexactly(size)
    if body == b"silence":
        await asyncio.sleep(5)
    verdict = {b"broken": b"INSTREAM size limit exceeded. ERROR"}.get(body, b"stream: OK")
    writer.write((b"stream: Eicar-Test-Signature FOUND" if EICAR in body else verdict) + b"\0")
    writer.close()


@pytest.fixture
async def scanner() -> AsyncIterator[ClamdScanner]:
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield ClamdScanner(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", 0.5)


async def test_a_clean_file_and_one_that_is_not(scanner: ClamdScanner):
    assert await scanner.find_malware(b"a" * 200_000) is None
    assert await scanner.find_malware(b"a" * 200_000 + EICAR) == "Eicar-Test-Signature"


@pytest.mark.parametrize("body", [b"silence", b"broken"])
async def test_no_answer_is_never_a_good_one(scanner: ClamdScanner, body: bytes):
    with pytest.raises(ScannerUnavailable):
        await scanner.find_malware(body)


async def test_a_scanner_that_is_away():
    with pytest.raises(ScannerUnavailable):
        await ClamdScanner("tcp://127.0.0.1:1", 0.5).find_malware(b"x")


async def test_over_a_socket_of_the_machine(tmp_path: Path, socket_enabled: None):
    path = tmp_path / "clamd.sock"
    async with await asyncio.start_unix_server(answer, path):
        assert await ClamdScanner(f"unix:{path}", 2).find_malware(EICAR) == "Eicar-Test-Signature"
