"""When trucks and people work: weekly hours, and days that differ, by a wall clock. All pure.

Hours are spans of minutes since the Monday of 1970-01-05, 00:00, as that clock shows them; so a shift of eight hours
stays one over a night in which the clock is changed. `app.works` asks the same in the market's statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from app.modules.calendar.values import DayHours, Hours, Shift, Spans, Window

FIRST_MONDAY: Final = date(1970, 1, 5)
DAY: Final = 24 * 60
WEEK: Final = 7 * DAY
# A week and a day: a job that begins on a Sunday evening is looked up in one piece.
UNROLLED: Final = WEEK + DAY
INSTANT: Final = timedelta(microseconds=1)


def works(hours: Hours | None, window: Window) -> bool:
    """Whether somebody with these hours is on duty for a window.

    A window of up to a day lies within one shift. A longer one, a tour with its nights, begins and ends in a shift,
    and some of each day between is worked. Without hours anything will do.
    """
    if hours is None:
        return True
    zone = ZoneInfo(hours.zone)
    first = _wall_minutes(window.starts_at, zone)
    until = max(first, _wall_minutes(window.ends_at - INSTANT, zone)) + 1
    on_duty = _in_force(hours, first, until)
    if until - first <= DAY:
        return any(start <= first and until <= end for start, end in on_duty)
    days = range(first // DAY + 1, (until - 1) // DAY)
    return (
        any(start <= first < end for start, end in on_duty)
        and any(start < until <= end for start, end in on_duty)
        and all(any(start < (day + 1) * DAY and day * DAY < end for start, end in on_duty) for day in days)
    )


def compile_hours(zone: str, weekly: Sequence[Shift] | None, exceptions: Sequence[DayHours]) -> Hours:
    """The hours as they are looked up. `weekly` None: at any time, but for the exceptions.

    An exception takes the place of the shifts that begin on its day.
    """
    usual = [_of_week(shift) for shift in weekly or ()]
    once = [(start + week, end + week) for start, end in usual for week in (-WEEK, 0, WEEK)]
    always = [(0, UNROLLED)] if weekly is None else [(max(0, a), min(UNROLLED, b)) for a, b in once]
    instead_of: list[tuple[int, int]] = []
    added: list[tuple[int, int]] = []
    for exception in exceptions:
        midnight = (exception.day - FIRST_MONDAY).days * DAY
        monday = midnight // WEEK * WEEK
        on_that_day = [(a, b) for a, b in usual if a // DAY == exception.day.weekday()]
        instead_of += [(monday + a, monday + b) for a, b in on_that_day]
        if weekly is None:
            instead_of.append((midnight, midnight + DAY))
        added += [(midnight + start, midnight + end) for start, end in exception.spans]
    return Hours(zone, _merged(always), _merged(instead_of), _merged(added))


def describe_span(starts: time, ends: time) -> tuple[int, int]:
    """Minutes of the day; one that ends no later than it starts goes on to the next day."""
    first, until = starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute
    return first, until if until > first else until + DAY


def overlap(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether two of them have a minute in common."""
    ordered = sorted(spans)
    return any(later[0] < earlier[1] for earlier, later in pairwise(ordered))


def week_spans(shifts: Iterable[Shift]) -> list[tuple[int, int]]:
    """Minutes of the week, with what runs over its end once more at its beginning: so that overlaps are seen."""
    spans = [_of_week(shift) for shift in shifts]
    return spans + [(start - WEEK, end - WEEK) for start, end in spans if end > WEEK]


def _of_week(shift: Shift) -> tuple[int, int]:
    start, end = shift.span
    return shift.weekday.number * DAY + start, shift.weekday.number * DAY + end


def _wall_minutes(instant: datetime, zone: ZoneInfo) -> int:
    wall = instant.astimezone(zone).replace(tzinfo=None)
    return int((wall - datetime.combine(FIRST_MONDAY, time())) // timedelta(minutes=1))


def _in_force(hours: Hours, first: int, until: int) -> Spans:
    weeks = range(first // WEEK * WEEK, until, WEEK)
    usual = [(start + week, end + week) for week in weeks for start, end in hours.weekly]
    return _merged([*_without(_merged(usual), hours.less), *hours.more])


def _merged(spans: Iterable[tuple[int, int]]) -> Spans:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(one for one in spans if one[0] < one[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def _without(spans: Iterable[tuple[int, int]], taken: Spans) -> list[tuple[int, int]]:
    left = list(spans)
    for from_, to in taken:
        parts = [((a, min(b, from_)), (max(a, to), b)) for a, b in left]
        left = [part for pair in parts for part in pair if part[0] < part[1]]
    return left
