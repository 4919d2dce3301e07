"""How many jobs a company takes on a day, in all, in a branch, and with trucks of a size. All pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.calendar.rules.days import days_window
from app.modules.calendar.values import Busy, DayLimit, DayLimits, ResourceKind, ResourceSpec, Window


def limits_of(resources: Sequence[ResourceSpec]) -> DayLimits | None:
    """All of a company's resources carry the same."""
    return next((one.limits for one in resources if one.limits is not None), None)


def days_of(window: Window, limits: DayLimits) -> Window:
    """The whole days of the office that a window touches."""
    zone = ZoneInfo(limits.zone)
    first, last = window.starts_at.astimezone(zone).date(), window.last_day(zone)
    return days_window(first, (last - first).days + 1, zone)


class SoldOut:
    """The trucks of which, by their branch or size, no more can be had: each day is counted once, however often it is
    asked for.

    `busy` reaches over the whole days of what is asked. A job counts once for each day it touches, however many trucks
    it has; time off does not count, nor what is the asker's `own`.
    """

    def __init__(
        self, resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], own: UUID | None = None
    ) -> None:
        self._limits = limits_of(resources)
        self._days: dict[date, frozenset[UUID]] = {}
        trucks = [one for one in resources if self._limits is not None and one.kind is ResourceKind.TRUCK]
        self._jobs = [(one, [each for each in busy.get(one.id, ()) if each.source_id != own]) for one in trucks]

    def within(self, window: Window) -> frozenset[UUID]:
        """On some day of the window."""
        if self._limits is None:
            return frozenset()
        zone = ZoneInfo(self._limits.zone)
        first, last = window.starts_at.astimezone(zone).date(), window.last_day(zone)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return frozenset().union(*(self._on(day, self._limits) for day in days))

    def _on(self, day: date, limits: DayLimits) -> frozenset[UUID]:
        if day not in self._days:
            self._days[day] = frozenset(self._count(days_window(day, 1, ZoneInfo(limits.zone)), limits))
        return self._days[day]

    def _count(self, day: Window, limits: DayLimits) -> Iterator[UUID]:
        jobs = [(truck, _jobs_on(taken, day)) for truck, taken in self._jobs]
        for limit in limits.each:
            bound = [(truck.id, has) for truck, has in jobs if _binds(limit, truck)]
            if len(set().union(*(has for _, has in bound))) >= limit.jobs:
                yield from (one for one, _ in bound)


def _jobs_on(taken: Sequence[Busy], day: Window) -> set[UUID]:
    return {one.source_id for one in taken if one.is_job and one.source_id and one.window.overlaps(day)}


def _binds(limit: DayLimit, truck: ResourceSpec) -> bool:
    return limit.branch_id in (None, truck.branch_id) and limit.size in (None, truck.size)
