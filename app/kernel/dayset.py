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


def on_at_least(count: int, marks: Iterable[int]) -> int:
    """The days on which `count` of the marks hold, or more; `count` is at least 1."""
    reached = [-1] + [0] * count
    for mark in marks:
        for so_far in range(count, 0, -1):
            reached[so_far] |= reached[so_far - 1] & mark
    return reached[count]


def how_many(count: int, marks: Iterable[int]) -> list[int]:
    """How many of the marks hold on each of the days 0 … count - 1."""
    digits: list[int] = []
    for mark in marks:
        carried, place = mark, 0
        while carried:
            if place == len(digits):
                digits.append(0)
            digits[place], carried = digits[place] ^ carried, digits[place] & carried
            place += 1
    return [sum((digit >> day & 1) << place for place, digit in enumerate(digits)) for day in range(count)]
