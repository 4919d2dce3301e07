"""Calendars as other programs read them: what stands in one, as frozen values, and who writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from app.kernel.geo import Point


class EventStatus(StrEnum):
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One appointment. `id`: tells it from all others, for good. `sequence` rises with each change, so that a reader
    keeps the newest; all times are UTC.
    """

    id: str
    sequence: int
    status: EventStatus
    created_at: datetime
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    location: Point
    description: str


class CalendarWriter(Protocol):
    async def write(self, name: str, events: Sequence[CalendarEvent]) -> bytes:
        """A calendar of RFC 5545 in UTF-8; the same bytes for the same events."""
        ...
