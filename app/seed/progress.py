"""How far something long has got, told to whoever waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final

TOLD_EVERY_SECONDS: Final = 5.0


class Progress:
    """Over and over on one line of a terminal; elsewhere a line now and then."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._told = monotonic()

    def __call__(self, line: str) -> None:
        if sys.stdout.isatty():
            self._say(f"\r{line}")
        elif self._monotonic() - self._told >= TOLD_EVERY_SECONDS:
            self._told = self._monotonic()
            self._say(f"{line} …\n")

    def _say(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
