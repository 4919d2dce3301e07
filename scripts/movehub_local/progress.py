"""Progress for the person who waits: one line a step, with its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(line: str = "") -> None:
    """Standard error, so that a command run with services keeps its standard output for itself."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Name what begins, and say how long it took when it is done. A failure leaves the name standing."""
    is_terminal = sys.stderr.isatty()
    print(f"  {title} …", end="" if is_terminal else "\n", file=sys.stderr, flush=True)
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        if is_terminal:
            say()
        raise
    took = time.monotonic() - begun
    say(f" {took:.1f} s" if is_terminal else f"  {title}: {took:.1f} s")
