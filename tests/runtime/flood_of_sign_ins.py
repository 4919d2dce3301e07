"""A process that two hundred sign in to at once: how many are answered, and by how many bytes it grew, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from app.runtime.auth.passwords import Passwords
from tests.runtime.test_passwords import settings_of


async def main() -> None:
    promised = Passwords(settings_of())
    stop = asyncio.Event()
    before, peak = resident_bytes(), 0

    async def watch() -> None:
        nonlocal peak
        while not stop.is_set():
            peak = max(peak, resident_bytes())
            await asyncio.sleep(0.002)

    watching = asyncio.create_task(watch())
    answers = await asyncio.gather(*(promised.verify(None, "a guess") for _ in range(200)), return_exceptions=True)
    stop.set()
    await watching
    promised.close()
    sys.stdout.write(json.dumps({"answered": sum(answer is False for answer in answers), "bytes": peak - before}))


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    asyncio.run(main())
