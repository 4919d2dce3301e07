"""What is free in a window, out of what each truck and person has to do. All pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from itertools import accumulate
from math import ceil
from uuid import UUID

from app.kernel.geo import Point
from app.kernel.roads import road_minutes
from app.modules.calendar.rules.limits import SoldOut
from app.modules.calendar.rules.shifts import works
from app.modules.calendar.rules.windows import Wanted, is_usable, nearby_windows
from app.modules.calendar.values import (
    LONGEST_DRIVE,
    LONGEST_LOCAL_DRIVE,
    Busy,
    Hours,
    ResourceSpec,
    Stops,
    Window,
)


def free_in(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], wanted: Wanted
) -> list[ResourceSpec]:
    """The resources that nothing takes in the window, that work then, are there in time and in time for what follows,
    and whose papers reach its last day by the clock of the place; of trucks, those of which more can be sold.
    """
    return Diaries(resources, busy, wanted).free_in(wanted.window)


def free_windows(
    resources: Sequence[ResourceSpec],
    busy: Mapping[UUID, Sequence[Busy]],
    wanted: Wanted,
    suits: Callable[[Sequence[ResourceSpec]], bool],
) -> Iterator[Window]:
    """The windows near the wanted one in which what is free suits: enough for a need, or all named. Each is looked at
    when it is asked for.
    """
    diaries = Diaries(resources, busy, wanted)
    candidates = nearby_windows(wanted.window, wanted.zone, wanted.now)
    return (window for window in candidates if suits(diaries.free_in(window)))


def clashes(wanted: Wanted, turnaround_minutes: int, busy: Busy) -> bool:
    """Whether one resource cannot do both: they overlap, or the drive from the last stop of the one to the first of
    the other takes longer than lies between them. Of the asker's own, such as another leg of its tour, nothing is in
    the way but what overlaps.
    """
    window = wanted.window
    if window.overlaps(busy.window):
        return True
    if busy.window.ends_at <= window.starts_at:
        between, gap = window.starts_at - busy.window.ends_at, _after
    else:
        between, gap = busy.window.starts_at - window.ends_at, _before
    # No gap is longer than the longest drive: what lies farther off is not reckoned.
    return between < LONGEST_DRIVE and between < gap(busy, wanted, turnaround_minutes)


def _before(busy: Busy, wanted: Wanted, turnaround_minutes: int) -> timedelta:
    """What lies at least between the end of the wanted and what takes the resource."""
    theirs, ours = busy.stops, wanted.stops
    if theirs is None or _is_own(busy, wanted):
        return timedelta()
    return _gap(turnaround_minutes, ours, (ours.last, theirs.first) if ours else None)


def _after(busy: Busy, wanted: Wanted, turnaround_minutes: int) -> timedelta:
    """What lies at least between the end of what takes the resource and the wanted."""
    theirs, ours = busy.stops, wanted.stops
    if theirs is None or _is_own(busy, wanted):
        return timedelta()
    return _gap(turnaround_minutes, theirs, (theirs.last, ours.first) if ours else None)


def _is_own(busy: Busy, wanted: Wanted) -> bool:
    return busy.source_id is not None and busy.source_id == wanted.source_id


def _gap(turnaround_minutes: int, done: Stops | None, way: tuple[Point, Point] | None) -> timedelta:
    """What lies between two jobs; never more than the calendar looks around a job."""
    needed = timedelta(minutes=turnaround_minutes + (ceil(road_minutes(*way)) if way else 0))
    if needed <= LONGEST_LOCAL_DRIVE:
        return needed
    return min(LONGEST_DRIVE if done and done.is_far else LONGEST_LOCAL_DRIVE, needed)


class Diaries:
    """A company's trucks and people with what they have to do, to be asked about one window after the other: each diary
    is put in order once, and each drive is reckoned once.
    """

    def __init__(self, resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], wanted: Wanted) -> None:
        self._wanted = wanted
        self._rows = [(one, _Diary(busy.get(one.id, ()), wanted, one.turnaround_minutes)) for one in resources]
        self._sold_out = SoldOut(resources, busy, wanted.source_id) if wanted.within_limits else None
        self._on_duty: dict[tuple[Hours, Window], bool] = {}

    def free_in(self, window: Window) -> list[ResourceSpec]:
        """As `free_in` above says it, of this window instead of the wanted one."""
        last_day = window.last_day(self._wanted.zone)
        full = self._sold_out.within(window) if self._sold_out else ()
        return [
            one
            for one, diary in self._rows
            if one.id not in full
            and is_usable(one, last_day)
            and diary.has_room(window)
            and (one.hours is None or self._works(one.hours, window))
        ]

    def _works(self, hours: Hours, window: Window) -> bool:
        key = (hours, window)
        if key not in self._on_duty:
            self._on_duty[key] = works(hours, window)
        return self._on_duty[key]


class _Diary:
    """What one resource has to do, for somebody who wants it at one time or another."""

    def __init__(self, busy: Sequence[Busy], wanted: Wanted, turnaround_minutes: int) -> None:
        self._busy, self._wanted, self._turnaround = busy, wanted, turnaround_minutes

    def has_room(self, window: Window) -> bool:
        if not self._busy:
            return True
        if window == self._wanted.window:
            # The wanted one is asked first, and mostly alone: no diary is put in order for it.
            return not any(clashes(self._wanted, self._turnaround, one) for one in self._busy)
        # Most are refused by the first: no drive is reckoned for them.
        return not (self._taken.meets(window) or self._kept_clear.meets(window))

    @cached_property
    def _taken(self) -> _Line:
        return _Line([one.window for one in self._busy])

    @cached_property
    def _kept_clear(self) -> _Line:
        return _Line([self._widened(one) for one in self._busy])

    def _widened(self, one: Busy) -> Window:
        before, after = (gap(one, self._wanted, self._turnaround) for gap in (_before, _after))
        return Window(one.window.starts_at - before, one.window.ends_at + after)


class _Line:
    """Windows in order, to be asked whether one meets any of them."""

    def __init__(self, windows: Sequence[Window]) -> None:
        ordered = sorted(windows, key=lambda one: one.starts_at)
        self._starts = [one.starts_at for one in ordered]
        # Of each, the last end of it and all before it.
        self._ends = list(accumulate((one.ends_at for one in ordered), max))

    def meets(self, window: Window) -> bool:
        # The first that ends after it begins, and how many begin before it ends.
        return bisect_right(self._ends, window.starts_at) < bisect_left(self._starts, window.ends_at)
