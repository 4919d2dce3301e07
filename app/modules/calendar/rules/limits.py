"""How many jobs a company takes on a day, in all and with trucks of a size. All pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.modules.calendar.rules.days import days_window
from app.modules.calendar.values import Busy, DayLimits, ResourceKind, ResourceSpec, TruckClass, Window


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
) -> frozenset[TruckClass]:
    """The sizes of truck of which no more can be had on some day of the window.

    `busy` reaches over the whole days of the window. A job counts once for each day it touches, however many trucks
    it has; time off does not count, nor what is the asker's `own`.
    """
    limits = limits_of(resources)
    if limits is None:
        return frozenset()
    others = {one: [each for each in taken if each.source_id != own] for one, taken in busy.items()}
    zone = ZoneInfo(limits.zone)
    day, last = window.starts_at.astimezone(zone).date(), window.last_day(zone)
    out: set[TruckClass] = set()
    while day <= last:
        out |= _sold_out_on(resources, others, limits, days_window(day, 1, zone))
        day += timedelta(days=1)
    return frozenset(out)


def _sold_out_on(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], limits: DayLimits, day: Window
) -> set[TruckClass]:
    jobs: dict[TruckClass, set[UUID]] = {size: set() for size in TruckClass}
    for one in resources:
        if one.kind is ResourceKind.TRUCK:
            taken = busy.get(one.id, ())
            jobs[one.size].update(
                each.source_id for each in taken if each.is_job and each.source_id and each.window.overlaps(day)
            )
    if limits.jobs is not None and len(set().union(*jobs.values())) >= limits.jobs:
        return set(TruckClass)
    return {size for size, most in limits.by_class.items() if len(jobs[size]) >= most}
