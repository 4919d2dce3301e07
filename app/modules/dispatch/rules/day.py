"""Who can do which job, and which two jobs nobody can do both.

Hours are those of 49 CFR 395.3, a job's whole window counted as work: no working day of more than 14 hours without
10 of rest between, no more than 60 hours in 7 days. Helpers are held to the same. A licence: a truck whose payload
alone is more than 14,000 pounds weighs more than 26,000 with it, which takes class B, and from 30,000 on class A.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.geo import Point
from app.modules.bookings.public import DayJob
from app.modules.calendar import public as calendar
from app.modules.calendar.public import Busy, ResourceKind, ResourceSpec, Wanted, Window

LONGEST_DAY: Final = timedelta(hours=14)
REST: Final = timedelta(hours=10)
HOURS_A_WEEK: Final = 60.0
DAYS_COUNTED: Final = timedelta(days=7)
PAYLOAD_OF_CLASS_B: Final = 14_000
PAYLOAD_OF_CLASS_A: Final = 30_000
CLASS_LEVELS: Final = {"A": 2, "B": 1}


@dataclass(frozen=True, slots=True)
class Day:
    """All that a plan is made of. `taken`: by what is not planned here, in the seven days to the day's end; `yards`:
    where trucks stand at night; `classes`: of the drivers' licences.
    """

    jobs: tuple[DayJob, ...]
    resources: tuple[ResourceSpec, ...]
    taken: Mapping[UUID, tuple[Busy, ...]]
    yards: Mapping[UUID, Point]
    classes: Mapping[UUID, str]
    now: datetime

    @property
    def trucks(self) -> list[ResourceSpec]:
        return [one for one in self.resources if one.kind is ResourceKind.TRUCK]

    @property
    def people(self) -> list[ResourceSpec]:
        return [one for one in self.resources if one.kind is not ResourceKind.TRUCK]

    def hours_before(self, person_id: UUID) -> float:
        """Of this week, without what is planned here."""
        return sum(hours_of(one.window) for one in self.taken.get(person_id, ()) if one.stops is not None)

    def size_of(self, job: DayJob) -> tuple[int, int]:
        """Cubic feet and pounds; of a job that nobody estimated, what the trucks that it has can hold."""
        if job.volume_cuft is not None:
            return job.volume_cuft, job.weight_lb or 0
        had = [truck for truck in self.trucks if truck.id in job.truck_ids]
        return sum(truck.capacity_cuft for truck in had), sum(truck.max_weight_lb for truck in had)

    def level_of(self, resource: ResourceSpec) -> int:
        """What class of licence a driver has, or what it takes to drive a truck: 0 any, 1 B, 2 A."""
        if resource.kind is ResourceKind.TRUCK:
            payload = resource.max_weight_lb
            return 2 if payload > PAYLOAD_OF_CLASS_A else int(payload > PAYLOAD_OF_CLASS_B)
        told = self.classes.get(resource.id, "").removeprefix("CDL").strip(" -")
        return CLASS_LEVELS.get(told[:1], 0)

    def can_do(self, resource: ResourceSpec, job: DayJob) -> bool:
        """Whether it is on duty and free for this job alone, in time, with papers and within the hours."""
        if not calendar.is_usable(resource, job.window.last_day(ZoneInfo(job.zone))):
            return False
        if not calendar.works(resource.hours, job.window):
            return False
        taken = self.taken.get(resource.id, ())
        if any(calendar.clashes(_wanted(job, self.now), resource.turnaround_minutes, one) for one in taken):
            return False
        if resource.kind is ResourceKind.TRUCK:
            return set(job.truck_features) <= set(resource.skills)
        if any(one.stops is not None and is_too_long(job.window, one.window) for one in taken):
            return False
        return self.hours_before(resource.id) + hours_of(job.window) <= HOURS_A_WEEK

    def excludes(self, resource: ResourceSpec, one: DayJob, other: DayJob) -> bool:
        """Whether nobody like this can do both."""
        busy = Busy(other.window, other.stops)
        if calendar.clashes(_wanted(one, self.now), resource.turnaround_minutes, busy):
            return True
        return resource.kind is not ResourceKind.TRUCK and is_too_long(one.window, other.window)


def hours_of(window: Window) -> float:
    """Hours of work: of each whole day and night no more than a working day."""
    nights, rest = divmod(window.length, timedelta(days=1))
    return (nights * LONGEST_DAY + min(rest, LONGEST_DAY)) / timedelta(hours=1)


def is_too_long(one: Window, other: Window) -> bool:
    """Whether both make one working day, and that is too long. A job that is too long by itself has its own rest."""
    first, second = sorted((one, other))
    if second.starts_at - first.ends_at >= REST:
        return False
    return max(first.ends_at, second.ends_at) - first.starts_at > LONGEST_DAY


def _wanted(job: DayJob, now: datetime) -> Wanted:
    return Wanted(job.window, ZoneInfo(job.zone), now, job.stops)
