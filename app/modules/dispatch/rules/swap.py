"""Another truck for each job of one that broke down; the people stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from app.modules.bookings.public import DayJob
from app.modules.calendar.public import Busy, ResourceKind, ResourceSpec
from app.modules.dispatch.rules.day import Day
from app.modules.dispatch.values import LeftReason


@dataclass(frozen=True, slots=True)
class Swapped:
    """`truck_ids`: all of the job's, with the replacement; as they are when there is none, for that `reason`."""

    job: DayJob
    truck_ids: tuple[UUID, ...]
    reason: LeftReason | None


def replace_truck(day: Day, truck_id: UUID) -> list[Swapped]:
    """The smallest truck that will do, job by job, the first first."""
    taken = dict(day.taken)
    swaps = []
    for job in day.jobs:
        now = replace(day, taken=taken)
        others = [one for one in day.trucks if one.id in job.truck_ids and one.id != truck_id]
        found, reason = _find(now, job, others)
        if found is None:
            swaps.append(Swapped(job, job.truck_ids, reason))
            continue
        taken[found.id] = (*taken.get(found.id, ()), Busy(job.window, job.stops))
        swaps.append(Swapped(job, (*(one.id for one in others), found.id), None))
    return swaps


def _find(day: Day, job: DayJob, others: list[ResourceSpec]) -> tuple[ResourceSpec | None, LeftReason | None]:
    volume, weight = day.size_of(job)
    volume -= sum(one.capacity_cuft for one in others)
    weight -= sum(one.max_weight_lb for one in others)
    fitting = [
        one
        for one in day.trucks
        if one.id not in job.truck_ids and one.capacity_cuft >= volume and one.max_weight_lb >= weight
    ]
    free = [one for one in fitting if day.can_do(one, job)]
    drivers = [one for one in day.people if one.id in job.driver_ids and one.kind is ResourceKind.DRIVER]
    level = max((day.level_of(one) for one in drivers), default=-1)
    driven = [one for one in free if day.level_of(one) <= level]
    if driven:
        return min(driven, key=lambda one: (one.capacity_cuft, one.id)), None
    if not fitting:
        return None, LeftReason.TOO_LARGE
    return None, LeftReason.NO_LICENSE if free else LeftReason.NO_TRUCK_FREE
