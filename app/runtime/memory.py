"""How the process asks the system for memory, and how often it looks for what can be given back."""

from __future__ import annotations

import ctypes
import gc
from typing import Final

M_ARENA_MAX: Final = -8  # malloc.h
# So many objects made and not yet freed call for a look at the youngest; Python's own figure is 700. What a search
# makes lives until it is answered, so at 700 it was walked again and again: three tenths of the search's time.
YOUNG: Final = 50_000


def keep_one_arena() -> bool:
    """Let all threads allocate from one arena; whether the C library could be told.

    glibc gives each thread an arena of its own, and an event loop with a few helper threads frees in one what
    another keeps: 6 MB of 180 after the benchmark. Other C libraries have no such setting and are left alone.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    return tell is not None and bool(tell(M_ARENA_MAX, 1))


def look_seldom() -> None:
    """Let the collector of cycles look at the young only when there are many of them."""
    gc.set_threshold(YOUNG)


def collect_seldom() -> None:
    """Spare the collector of cycles what it cannot free: the program itself, for good, and a request under way.

    To be called when all is loaded. Nearly everything is freed by its count of references, as ever; only what stands
    in a cycle waits longer, 4 MB after the benchmark.
    """
    gc.collect()
    gc.freeze()
    look_seldom()
