"""ClamAV's daemon over its socket: INSTREAM, length-prefixed chunks, one answer (clamd(8))."""

from __future__ import annotations

import asyncio
from typing import Final

from app.kernel.ports.scanner import ScannerUnavailable

CHUNK: Final = 65_536
CLEAN: Final = "stream: OK"
FOUND: Final = " FOUND"


class ClamdScanner:
    """`address`: `tcp://host:port`, or `unix:/path/of/the/socket`. `seconds`: for one file, all in all."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address = address
        self._seconds = seconds

    async def find_malware(self, body: bytes) -> str | None:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._scan(body)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise ScannerUnavailable(type(error).__name__) from error
        if answer == CLEAN:
            return None
        if answer.endswith(FOUND):
            return answer.removeprefix("stream: ").removesuffix(FOUND)
        raise ScannerUnavailable("an answer that says neither")

    async def _scan(self, body: bytes) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(body), CHUNK):
                chunk = body[start : start + CHUNK]
                writer.write(len(chunk).to_bytes(4) + chunk)
                await writer.drain()
            writer.write((0).to_bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0")).rstrip(b"\0").decode(errors="replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        kind, _, place = self._address.partition(":")
        if kind == "unix":
            return await asyncio.open_unix_connection(place)
        host, _, port = place.removeprefix("//").rpartition(":")
        return await asyncio.open_connection(host, int(port))
