"""Another truck for each job of one that broke down; the people stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.modules.bookings.public import DayJob
from app.modules.calendar.public import SHORTEST_WINDOW, Busy, ResourceKind, ResourceSpec, Window
from app.modules.dispatch.rules.day import Day
from app.modules.dispatch.values import LeftReason


@dataclass(frozen=True, slots=True)
class Swapped:
    """`truck_ids`: all of the job's, with the replacement; as they are when there is none, for that `reason`. `paper`:
    which of the company's does not reach the job.
    """

    job: DayJob
    truck_ids: tuple[UUID, ...]
    reason: LeftReason | None
    paper: str | None = None


@dataclass(frozen=True, slots=True)
class DaySwap:
    """`off`: when the broken truck is to be off; nothing when a job keeps it, or of the day is left to take off.
    `is_off`: then it is off for all of the rest of the day: nobody holds it.
    """

    jobs: tuple[Swapped, ...]
    off: tuple[Window, ...] = ()
    is_off: bool = False


def find_time_off(
    stays: Collection[Busy], rest: Window, on_their_way: Collection[UUID]
) -> tuple[tuple[Window, ...], bool]:
    """`DaySwap.off` and `is_off`, out of what takes the truck still when the day's jobs have others: from the end of
    the job that it broke down on, which has it until then, reported or not; around what is held, and around other time
    off, in which it is off already.
    """
    jobs = [one for one in stays if one.stops is not None and one.window.overlaps(rest)]
    under_way = [one for one in jobs if one.source_id in on_their_way or one.window.starts_at <= rest.starts_at]
    ends = [one.window.ends_at for one in under_way]
    off = Window(max((rest.starts_at, *ends)), rest.ends_at)
    if off.length < SHORTEST_WINDOW:
        return (), False
    return tuple(_gaps(off, stays)), not any(one.window.overlaps(off) for one in jobs)


def _gaps(whole: Window, stays: Collection[Busy]) -> Iterator[Window]:
    """What of it nothing takes, in pieces of a quarter of an hour at least."""
    since = whole.starts_at
    for one in sorted(one.window for one in stays if one.window.overlaps(whole)):
        if one.starts_at - since >= SHORTEST_WINDOW:
            yield Window(since, one.starts_at)
        since = max(since, one.ends_at)
    if whole.ends_at - since >= SHORTEST_WINDOW:
        yield Window(since, whole.ends_at)


def replace_truck(day: Day, truck_id: UUID) -> list[Swapped]:
    """The smallest truck that will do, booking by booking, the first first; the legs of one get the same."""
    taken = dict(day.taken)
    swaps: list[Swapped] = []
    for jobs in _by_booking(day.jobs):
        found, reason = _find(replace(day, taken=taken), jobs, truck_id)
        if found is None:
            swaps += [Swapped(job, job.truck_ids, reason, day.paper_for(job)) for job in jobs]
            continue
        busy = (Busy(job.window, job.stops, job.booking_id) for job in jobs)
        taken[found.id] = (*taken.get(found.id, ()), *busy)
        swaps += [
            Swapped(job, tuple(found.id if one == truck_id else one for one in job.truck_ids), None) for job in jobs
        ]
    return swaps


def _by_booking(jobs: Sequence[DayJob]) -> list[list[DayJob]]:
    found: dict[UUID, list[DayJob]] = {}
    for job in jobs:
        found.setdefault(job.booking_id, []).append(job)
    return list(found.values())


def _find(day: Day, jobs: Sequence[DayJob], truck_id: UUID) -> tuple[ResourceSpec | None, LeftReason | None]:
    """One truck for all of these jobs."""
    if any(day.paper_for(job) is not None for job in jobs):
        return None, LeftReason.PAPERS_END_BEFORE
    fitting = [one for one in day.trucks if all(_fits(day, one, job, truck_id) for job in jobs)]
    free = [one for one in fitting if all(day.can_do(one, job) for job in jobs)]
    level = min(_level(day, job) for job in jobs)
    driven = [one for one in free if day.level_of(one) <= level]
    if driven:
        return min(driven, key=lambda one: (one.capacity_cuft, one.id)), None
    if not fitting:
        return None, LeftReason.TOO_LARGE
    return None, LeftReason.NO_LICENSE if free else LeftReason.NO_TRUCK_FREE


def _fits(day: Day, truck: ResourceSpec, job: DayJob, broken_id: UUID) -> bool:
    """Whether it holds what the job's other trucks do not."""
    volume, weight = day.size_of(job)
    others = [one for one in day.trucks if one.id in job.truck_ids and one.id != broken_id]
    volume -= sum(one.capacity_cuft for one in others)
    weight -= sum(one.max_weight_lb for one in others)
    return truck.id not in job.truck_ids and truck.capacity_cuft >= volume and truck.max_weight_lb >= weight


def _level(day: Day, job: DayJob) -> int:
    """The best licence among the job's drivers; -1 without one."""
    drivers = [one for one in day.people if one.id in job.driver_ids and one.kind is ResourceKind.DRIVER]
    return max((day.level_of(one) for one in drivers), default=-1)
