"""Choosing under constraints: a linear program, some of whose columns are whole, and who solves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Column:
    """One number to be chosen, from 0 to `most`; whole numbers alone unless it is smooth. `cost` is for each unit."""

    cost: float
    most: float = 1.0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """The weighted sum of some columns lies between `least` and `most`."""

    weights: Mapping[int, float]
    least: float = -inf
    most: float = inf


@dataclass(frozen=True, slots=True)
class Program:
    """What costs least. `start` obeys every row: where the search begins, and what is left when nothing better is
    found in time.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    start: Sequence[float]


@dataclass(frozen=True, slots=True)
class Choice:
    """`is_best`: nothing costs less; not when the time was over before that was certain."""

    values: Sequence[float]
    is_best: bool


class Solver(Protocol):
    async def solve(self, program: Program) -> Choice:
        """The same choice for the same program, if the time suffices. Never called while a transaction is open."""
        ...
