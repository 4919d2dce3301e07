"""How many jobs a company takes on a day, in all, in a branch, and with trucks of a size. All pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
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


def sold_out(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], window: Window, own: UUID | None = None
) -> frozenset[UUID]:
    """The trucks of which, by their branch or size, no more can be had on some day of the window.

    `busy` reaches over the whole days of the window. A job counts once for each day it touches, however many trucks
    it has; time off does not count, nor what is the asker's `own`.
    """
    limits = limits_of(resources)
    if limits is None:
        return frozenset()
    others = {one: [each for each in taken if each.source_id != own] for one, taken in busy.items()}
    zone = ZoneInfo(limits.zone)
    day, last = window.starts_at.astimezone(zone).date(), window.last_day(zone)
    out: set[UUID] = set()
    while day <= last:
        out.update(_sold_out_on(resources, others, limits, days_window(day, 1, zone)))
        day += timedelta(days=1)
    return frozenset(out)


def _sold_out_on(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], limits: DayLimits, day: Window
) -> Iterator[UUID]:
    jobs = {one.id: _jobs_on(busy.get(one.id, ()), day) for one in resources if one.kind is ResourceKind.TRUCK}
    for limit in limits.each:
        trucks = [one.id for one in resources if one.id in jobs and _binds(limit, one)]
        if len(set().union(*(jobs[one] for one in trucks))) >= limit.jobs:
            yield from trucks


def _jobs_on(taken: Sequence[Busy], day: Window) -> set[UUID]:
    return {one.source_id for one in taken if one.is_job and one.source_id and one.window.overlaps(day)}


def _binds(limit: DayLimit, truck: ResourceSpec) -> bool:
    return limit.branch_id in (None, truck.branch_id) and limit.size in (None, truck.size)
