from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.modules.calendar.values import Window


def days_window(first: date, days: int, zone: ZoneInfo) -> Window:
    """Whole days by the wall clock: one of spring has 23 hours, one of autumn 25."""
    midnights = (datetime.combine(day, time(), zone) for day in (first, first + timedelta(days=days)))
    starts_at, ends_at = (midnight.astimezone(UTC) for midnight in midnights)
    return Window(starts_at, ends_at)
