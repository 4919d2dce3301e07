from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SHORTEST_WINDOW: Final = timedelta(minutes=15)
LONGEST_WINDOW: Final = timedelta(days=14)


class ResourceKind(StrEnum):
    TRUCK = "truck"
    DRIVER = "driver"
    HELPER = "helper"


class ReservationKind(StrEnum):
    """Why a resource is taken."""

    BOOKING = "booking"
    TIME_OFF = "time_off"


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open stretch of time, [starts_at, ends_at), in UTC: touching windows do not overlap."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def overlaps(self, other: Window) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at
