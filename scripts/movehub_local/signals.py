"""Leaving on Ctrl-C, on `kill` and when the terminal closes: in order, once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from .failure import Stopped

LEAVING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def leaving_in_order() -> Iterator[None]:
    """Turn the first signal to leave into Stopped; later ones are not heard while everything is being stopped."""

    def leave(number: int, _: FrameType | None) -> None:
        ignore_signals()
        raise Stopped(number)

    before = {number: signal.signal(number, leave) for number in LEAVING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ignore_signals() -> None:
    for number in LEAVING:
        signal.signal(number, signal.SIG_IGN)
