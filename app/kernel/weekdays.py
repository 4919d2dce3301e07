"""The days of the week as programs read them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Self


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """As `date.weekday()` counts."""
        return list(Weekday).index(self)

    @classmethod
    def of(cls, day: date) -> Self:
        return tuple(cls)[day.weekday()]
