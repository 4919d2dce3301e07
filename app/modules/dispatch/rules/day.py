"""Who can do which job, and which two jobs nobody can do both.

Hours are those of 49 CFR 395.3, a job's whole window counted as work: no working day of more than 14 hours without
10 of rest between, no more than 60 hours in 7 days. Helpers are held to the same. Licences: calendar/rules/licences.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.geo import Point
from app.modules.bookings.public import DayJob, Lacking
from app.modules.calendar import public as calendar
from app.modules.calendar.public import Busy, ResourceKind, ResourceSpec, Wanted, Window

LONGEST_DAY: Final = timedelta(hours=14)
REST: Final = timedelta(hours=10)
HOURS_A_WEEK: Final = 60.0
DAYS_COUNTED: Final = timedelta(days=7)
Key = tuple[UUID, int | None]


@dataclass(frozen=True, slots=True)
class Day:
    """All that a plan is made of. `taken`: by what is not planned here, in the seven days to the day's end; `yards`:
    where trucks stand at night; `lacking`: papers, by the job.
    """

    jobs: tuple[DayJob, ...]
    resources: tuple[ResourceSpec, ...]
    taken: Mapping[UUID, tuple[Busy, ...]]
    yards: Mapping[UUID, Point]
    lacking: Mapping[Key, Lacking]
    now: datetime

    @property
    def trucks(self) -> list[ResourceSpec]:
        return [one for one in self.resources if one.kind is ResourceKind.TRUCK]

    @property
    def people(self) -> list[ResourceSpec]:
        return [one for one in self.resources if one.kind.is_person]

    def hours_before(self, person_id: UUID) -> float:
        """Of this week, without what is planned here."""
        return sum(hours_of(one.window) for one in self.taken.get(person_id, ()) if one.stops is not None)

    def size_of(self, job: DayJob) -> tuple[int, int]:
        """Cubic feet and pounds; of a job that nobody estimated, what the trucks that it has can hold, and of a leg no
        more than that.
        """
        had = [truck for truck in self.trucks if truck.id in job.truck_ids]
        room = sum(truck.capacity_cuft for truck in had), sum(truck.max_weight_lb for truck in had)
        if job.volume_cuft is None:
            return room
        told = job.volume_cuft, job.weight_lb or 0
        return told if job.leg is None else (min(told[0], room[0]), min(told[1], room[1]))

    def level_of(self, resource: ResourceSpec) -> int:
        """What class of licence a driver has, or what it takes to drive a truck: 0 any, 1 B, 2 A."""
        if resource.kind is ResourceKind.TRUCK:
            takes = calendar.class_of_truck(resource.max_weight_lb)
            return 0 if takes is None else 1 + calendar.LICENCE_CLASSES.index(takes)
        return sum(one in resource.skills for one in calendar.LICENCE_CLASSES)

    def paper_for(self, job: DayJob) -> str | None:
        """The company's own paper that does not reach this job."""
        return self.lacking[job.key].paper

    def can_do(self, resource: ResourceSpec, job: DayJob) -> bool:
        """Whether it is on duty and free for this job alone, in time, with papers and within the hours."""
        lacking = self.lacking[job.key]
        has_papers = lacking.paper is None and resource.id not in lacking.truck_ids
        if not has_papers or not calendar.is_usable(resource, job.window.last_day(ZoneInfo(job.zone))):
            return False
        if not calendar.works(resource.hours, job.window):
            return False
        taken = self.taken.get(resource.id, ())
        if any(calendar.clashes(_wanted(job, self.now), resource.turnaround_minutes, one) for one in taken):
            return False
        if resource.kind is ResourceKind.TRUCK:
            return set(job.truck_features) <= set(resource.skills)
        others = (one for one in taken if one.source_id != job.booking_id)
        if any(one.stops is not None and is_too_long(job.window, one.window) for one in others):
            return False
        return self.hours_before(resource.id) + hours_of(job.worked) <= HOURS_A_WEEK

    def can_be_given(self, resource: ResourceSpec, job: DayJob) -> bool:
        """As `can_do`; a leg keeps the trucks that it has, for the load is in them on the others."""
        stays = job.leg is not None and resource.kind is ResourceKind.TRUCK and resource.id not in job.truck_ids
        return not stays and self.can_do(resource, job)

    def excludes(self, resource: ResourceSpec, one: DayJob, other: DayJob) -> bool:
        """Whether nobody like this can do both."""
        busy = Busy(other.window, other.stops, other.booking_id)
        if calendar.clashes(_wanted(one, self.now), resource.turnaround_minutes, busy):
            return True
        if resource.kind is ResourceKind.TRUCK or one.booking_id == other.booking_id:
            return False
        return is_too_long(one.window, other.window)


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
    return Wanted(job.window, ZoneInfo(job.zone), now, job.stops, source_id=job.booking_id)


def jobs_to_plan(jobs: Sequence[DayJob], days: Window, *, include_assigned: bool) -> list[DayJob]:
    """Those that start in these days, and have no team of a dispatcher's choice yet unless those are asked for too."""
    return [one for one in jobs if one.window.starts_at < days.ends_at and (include_assigned or not one.is_assigned)]


def jobs_of_truck(jobs: Sequence[DayJob], days: Window, truck_id: UUID) -> list[DayJob]:
    """Those of a truck in these days; of a move of several days also the legs that follow, for the load is in it."""
    its_own = [one for one in jobs if truck_id in one.truck_ids]
    begun = {one.booking_id for one in its_own if one.window.starts_at < days.ends_at}
    return [one for one in its_own if one.booking_id in begun]


def with_skills_of_legs(jobs: Sequence[DayJob], resources: Sequence[ResourceSpec]) -> list[DayJob]:
    """Of a move's skills each leg keeps those that its people have: not every leg needs all."""
    has = {one.id: set(one.skills) for one in resources}
    return [
        one if one.leg is None else replace(one, skills=tuple(s for s in one.skills if _can(s, one, has)))
        for one in jobs
    ]


def _can(skill: str, job: DayJob, has: Mapping[UUID, set[str]]) -> bool:
    return any(skill in has.get(one, ()) for one in job.driver_ids)
