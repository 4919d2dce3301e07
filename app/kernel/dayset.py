"""Sets of days as the bits of an int, day 0 the lowest: what holds on which of many days, without asking each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

# As many as a PostgreSQL bigint has room for, its sign apart.
MOST_DAYS: Final = 62


def first_days(count: int) -> int:
    """The days 0 … count - 1."""
    return (1 << count) - 1


def days_of(days: int) -> Iterator[int]:
    """The numbers of the days, the lowest first."""
    while days:
        lowest = days & -days
        yield lowest.bit_length() - 1
        days ^= lowest


def told_apart(days: int, marks: Iterable[int]) -> list[int]:
    """`days` in parts, so that each mark holds on all days of a part or on none."""
    parts = [days] if days else []
    for mark in set(marks):
        parts = [part for whole in parts for part in (whole & mark, whole & ~mark) if part]
    return parts
