"""Starts the looking process (looking.py) for each file, and reads what it found."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

from app.kernel.ports.media import Flaw, Flawed, Inspected, InspectorUnavailable

LOOKING: Final = Path(__file__).with_name("looking.py")
AT_ONCE: Final = 2


class ProcessInspector:
    """`seconds`: how long one file may take before it counts as unreadable."""

    def __init__(self, seconds: float = 20.0) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_ONCE)

    async def inspect(self, body: bytes, content_type: str) -> Inspected:
        async with self._free:
            exit_status, answer = await self._look(body, content_type)
        if exit_status != 0:
            # Killed by its limits, or by what it read: either way nobody is to open this.
            raise Flawed(Flaw.UNREADABLE)
        head, _, rest = answer.partition(b"\n")
        told: dict[str, Any] = json.loads(head)
        if "flaw" in told:
            raise Flawed(Flaw(told["flaw"]))
        size = told["body"]
        return Inspected(
            content_type=told["content_type"],
            body=rest[:size] if size else body,
            width=told["width"],
            height=told["height"],
            thumbnail=rest[size:] or None,
        )

    async def _look(self, body: bytes, content_type: str) -> tuple[int, bytes]:
        # -I: nothing of the environment, so nothing of the program's secrets, is in the process's reach.
        command = (sys.executable, "-I", str(LOOKING), content_type)
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env={}
            )
        except OSError as error:
            raise InspectorUnavailable(type(error).__name__) from error
        try:
            async with asyncio.timeout(self._seconds):
                answer, _ = await process.communicate(body)
        except TimeoutError:
            raise Flawed(Flaw.UNREADABLE) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, answer
