"""A loop that does not end because something is away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from app.kernel.errors import Unavailable
from app.kernel.ports.queues import QueueUnavailable

logger = logging.getLogger("movehub.worker")

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0


async def keep_running(name: str, step: Callable[[], Awaitable[float]], stopping: asyncio.Event) -> None:
    """Run `step` until `stopping` is set; it returns how many seconds to wait before the next.

    After a failure it is tried again, with pauses that grow to five seconds. An outage is told when it begins
    and when it ends, not each time in between.
    """
    pause = 0.0
    trouble: str | None = None
    while not stopping.is_set():
        try:
            wait = await step()
        except Exception as error:
            if trouble != type(error).__name__:
                trouble = type(error).__name__
                is_expected = isinstance(error, QueueUnavailable | Unavailable)
                logger.exception("%s: %s", name, trouble, exc_info=None if is_expected else error)
            pause = wait = min(max(FIRST_PAUSE_SECONDS, pause * 2), LONGEST_PAUSE_SECONDS)
        else:
            if trouble is not None:
                logger.warning("%s: running again", name)
            trouble, pause = None, 0.0
        await wait_or_stop(stopping, wait)


async def wait_or_stop(stopping: asyncio.Event, seconds: float) -> None:
    if seconds <= 0:
        # Lets the others have their turn.
        await asyncio.sleep(0)
        return
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
