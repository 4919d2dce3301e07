"""A choice read back as a plan: who does what, why, and why a job was left over."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import Final
from uuid import UUID

from app.kernel.ports.solving import Choice
from app.kernel.roads import road_minutes
from app.modules.bookings.public import DayJob
from app.modules.calendar.public import ResourceKind, ResourceSpec
from app.modules.dispatch.rules.day import REST, Day, Key, hours_of
from app.modules.dispatch.rules.program import Draft
from app.modules.dispatch.values import LeftReason

CHOSEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Planned:
    """A job with its team. `drive_minutes`: the longest way of a truck to the pickup; `spare_cuft`: room that is left,
    None without an estimate; `most_week_hours`: of the one of the crew who then has worked most in seven days.
    """

    job: DayJob
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]
    drive_minutes: int
    spare_cuft: int | None
    most_week_hours: float

    @property
    def is_changed(self) -> bool:
        had, has = (self.job.truck_ids, self.job.driver_ids), (self.truck_ids, self.driver_ids)
        return any(set(old) != set(new) for old, new in zip(had, has, strict=True))


@dataclass(frozen=True, slots=True)
class Left:
    """`paper`: which, where the reason is that one of the company's does not reach the job."""

    job: DayJob
    reason: LeftReason
    paper: str | None


@dataclass(frozen=True, slots=True)
class DayPlan:
    """`is_best`: no other plan costs less; not when the time was over before that was certain."""

    planned: tuple[Planned, ...]
    left: tuple[Left, ...]
    is_best: bool

    @property
    def name(self) -> str:
        """The same for the same teams of the same versions of the same bookings."""
        said = [
            f"{one.job.key} {one.job.version} {sorted(map(str, one.truck_ids))} {sorted(map(str, one.driver_ids))}"
            for one in self.planned
        ]
        said += [f"{one.job.key} {one.job.version} left" for one in self.left]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def read_plan(day: Day, draft: Draft, choice: Choice) -> DayPlan:
    given = {key for key, column in draft.gives.items() if choice.values[column] > CHOSEN}
    planned = [job for job in day.jobs if choice.values[draft.leaves[job.key]] < CHOSEN]
    return DayPlan(
        planned=tuple(_planned(day, job, planned, given) for job in planned),
        left=tuple(Left(job, why_left(day, job), day.paper_for(job)) for job in day.jobs if job not in planned),
        is_best=choice.is_best,
    )


def _planned(day: Day, job: DayJob, planned: Sequence[DayJob], given: set[tuple[UUID, Key]]) -> Planned:
    trucks = [one for one in day.trucks if (one.id, job.key) in given]
    people = [one.id for one in day.people if (one.id, job.key) in given]
    worked = (
        day.hours_before(one) + sum(hours_of(other.worked) for other in planned if (one, other.key) in given)
        for one in people
    )
    spare = (
        None
        if job.volume_cuft is None or job.leg is not None
        else sum(one.capacity_cuft for one in trucks) - job.volume_cuft
    )
    ways = (_way(day, one, job, [other for other in planned if (one.id, other.key) in given]) for one in trucks)
    return Planned(
        job=job,
        truck_ids=tuple(one.id for one in trucks),
        driver_ids=tuple(people),
        drive_minutes=max(ways, default=0),
        spare_cuft=spare,
        most_week_hours=round(max(worked), 2),
    )


def _way(day: Day, truck: ResourceSpec, job: DayJob, its_jobs: Sequence[DayJob]) -> int:
    """Minutes from where its last job ended, if it has not been home since, or else from its yard."""
    jobs = [(one.window.ends_at, one.stops.last) for one in its_jobs]
    jobs += [(one.window.ends_at, one.stops.last) for one in day.taken.get(truck.id, ()) if one.stops is not None]
    before = [one for one in jobs if timedelta(0) <= job.window.starts_at - one[0] < REST]
    start = max(before, key=lambda one: one[0])[1] if before else day.yards[truck.id]
    return ceil(road_minutes(start, job.stops.first))


def why_left(day: Day, job: DayJob) -> LeftReason:
    """The first thing that is missing, with every other job of the plan out of the way."""
    if day.paper_for(job) is not None:
        return LeftReason.PAPERS_END_BEFORE
    if not _holds(day, day.trucks, job):
        return LeftReason.TOO_LARGE
    trucks = [one for one in day.trucks if day.can_be_given(one, job)]
    if not _holds(day, trucks, job):
        return LeftReason.NO_TRUCK_FREE
    return _why_nobody(day, job, trucks)


def _why_nobody(day: Day, job: DayJob, trucks: Sequence[ResourceSpec]) -> LeftReason:
    people = [one for one in day.people if day.can_do(one, job)]
    drivers = [one for one in people if one.kind is ResourceKind.DRIVER]
    if trucks and not drivers:
        return LeftReason.NO_DRIVER_FREE
    best = max((day.level_of(one) for one in drivers), default=0)
    if not _holds(day, [one for one in trucks if day.level_of(one) <= best], job):
        return LeftReason.NO_LICENSE
    if not set(job.skills) <= {skill for one in people for skill in one.skills}:
        return LeftReason.NO_SKILLS
    if len(people) < job.crew_size:
        return LeftReason.CREW_TOO_SMALL
    return LeftReason.NEEDED_ELSEWHERE


def _holds(day: Day, trucks: Sequence[ResourceSpec], job: DayJob) -> bool:
    volume, weight = day.size_of(job)
    room, payload = sum(one.capacity_cuft for one in trucks), sum(one.max_weight_lb for one in trucks)
    return (bool(trucks) or not (job.leg is None or job.truck_ids)) and room >= volume and payload >= weight
