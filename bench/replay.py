"""The bare limit of a read: the statements that the program sent, answered as it answered.

`python -m bench.replay` serves on PORT what BENCH_REPLAY, a file, holds: a pickled `Taken`.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.limit import Limit, Statement


@dataclass(frozen=True, slots=True)
class Taken:
    """What one request sent between its BEGIN, which names who asks, and its COMMIT; and what it was answered."""

    opening: str
    statements: Sequence[Statement]
    body: bytes


class Replay(Limit):
    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self._taken = taken

    def asked(self, path: str) -> tuple[str, Sequence[Statement]]:  # noqa: ARG002 - whatever is asked for
        return self._taken.opening, self._taken.statements

    def body(self, rows: Sequence[asyncpg.Record]) -> bytes:  # noqa: ARG002 - as the program answered
        return self._taken.body


if __name__ == "__main__":
    Replay(pickle.loads(Path(os.environ["BENCH_REPLAY"]).read_bytes())).serve()
