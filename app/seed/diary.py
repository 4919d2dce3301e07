"""What a company has in its diary: jobs by truck, by day and by season, days in the workshop, people on leave. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import Any, Final

from app.seed.make import Sketch
from app.seed.world import HOUSEHOLDS, TruckSize

DAYS_BACK: Final = 152
DAYS_AHEAD: Final = 30
# Of a truck's days, how many have a job, before weekday and season: a usual company, the demo's, and its present week.
USUAL: Final = 0.030
DEMO: Final = 0.15
DEMO_THIS_WEEK: Final = 0.7
# Monday first. Leases end on weekends and with the month.
WEEKDAYS: Final = (0.8, 0.7, 0.7, 0.9, 1.3, 1.6, 0.5)
SUMMER: Final = range(5, 10)
THINKING_ABOUT: Final = timedelta(days=7)
ACROSS_TOWN: Final = timedelta(minutes=90)
JUST_NOW: Final = timedelta(minutes=20)


class Outcome(StrEnum):
    """How a booking goes on after it was made."""

    MOVED = "moved"
    CALLED_OFF = "called_off"
    NOBODY_THERE = "nobody_there"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A job for one truck and its team, as it was booked. `called_off_at` is of a job that was called off."""

    team: int
    load: dict[str, Any]
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime
    outcome: Outcome
    called_off_at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """A truck in the workshop, or a member of its team on leave (the driver is 0); None: the truck."""

    team: int
    member: int | None
    starts_at: datetime
    ends_at: datetime

    def holds(self, team: int, day: date) -> bool:
        return team == self.team and self.starts_at.date() <= day <= self.ends_at.date()


def plan_absences(sketch: Sketch, fleet: list[TruckSize], present: datetime) -> list[Absence]:
    """Local times of the office. Some lie behind, some ahead; none touches the present week."""
    planned = []
    today = present.astimezone(sketch.zone).date()
    for team, size in enumerate(fleet):
        for first_day, last_day in ((-120, -20), (9, 40)):
            if sketch.happens(0.3):
                member, days = None, 1
            elif sketch.happens(0.2):
                member, days = sketch.chance.randrange(1 + size.helpers), sketch.chance.randrange(2, 6)
            else:
                continue
            day = today + timedelta(days=sketch.chance.randrange(first_day, last_day))
            starts_at = datetime.combine(day, time(7), sketch.zone)
            ends_at = datetime.combine(day + timedelta(days=days - 1), time(18), sketch.zone)
            planned.append(Absence(team, member, starts_at, ends_at))
    return planned


def plan_jobs(sketch: Sketch, fleet: list[TruckSize], absences: list[Absence], present: datetime) -> list[Appointment]:
    """In the order they end in, so that invoices are numbered as they were earned."""
    today = present.astimezone(sketch.zone).date()
    planned: list[Appointment] = []
    for offset in range(-DAYS_BACK, DAYS_AHEAD):
        day = today + timedelta(days=offset)
        for team, size in enumerate(fleet):
            is_busy = sketch.happens(_likelihood(sketch, day, offset, team))
            if is_busy and not any(absence.holds(team, day) for absence in absences):
                planned += _day(sketch, size, team, day, present)
    planned.sort(key=lambda job: job.ends_at)
    return _with_undecided(planned, present) if sketch.place == 0 else planned


def _with_undecided(planned: list[Appointment], present: datetime) -> list[Appointment]:
    """The first two of the week after next are still on hold: the customers think about it."""
    coming = [at for at, job in enumerate(planned) if job.starts_at > present + THINKING_ABOUT]
    for at in coming[:2]:
        planned[at] = replace(planned[at], outcome=Outcome.UNDECIDED, booked_at=present - JUST_NOW)
    return planned


def _likelihood(sketch: Sketch, day: date, offset: int, team: int) -> float:
    is_demo = sketch.place == 0
    if is_demo and offset == 0 and team < 3:  # noqa: PLR2004 - three of the demo's trucks are out today
        return 1
    if is_demo and abs(offset) <= 4:  # noqa: PLR2004 - this week
        return DEMO_THIS_WEEK * WEEKDAYS[day.weekday()]
    share = (DEMO if is_demo else USUAL) * WEEKDAYS[day.weekday()]
    if day.month in SUMMER:
        share *= 1.25
    if day.day >= 27 or day.day <= 2:  # noqa: PLR2004 - around the first of the month
        share *= 1.4
    return share * (1 - max(0, offset) / 40)


def _day(sketch: Sketch, size: TruckSize, team: int, day: date, present: datetime) -> list[Appointment]:
    """A job in the morning, and after a short one sometimes another."""
    starts_at = datetime.combine(day, time(8, sketch.chance.choice([0, 0, 30])), sketch.zone)
    first = _job(sketch, size, team, starts_at, present)
    afternoon = datetime.combine(day, time(14), sketch.zone)
    if first.ends_at + ACROSS_TOWN <= afternoon and sketch.happens(0.3):
        return [first, _job(sketch, size, team, afternoon, present)]
    return [first]


def _job(sketch: Sketch, size: TruckSize, team: int, starts_at: datetime, present: datetime) -> Appointment:
    """Called in about two weeks ahead, but not later than the present."""
    chance = sketch.chance
    fitting = [one for one in HOUSEHOLDS if one.cuft * 1.2 <= min(size.capacity_cuft, size.max_weight_lb / 5)]
    load = sketch.load(chance.choices(fitting, [one.weight for one in fitting])[0])
    ends_at = starts_at + timedelta(hours=ceil(Decimal(load["duration_hours"])) + 1)
    called = starts_at - timedelta(days=chance.randrange(3, 18), minutes=chance.randrange(600))
    booked_at = min(called, present - timedelta(minutes=chance.randrange(30, 6_000)))
    called_off_at = booked_at + (min(starts_at, present) - booked_at) * chance.uniform(0.2, 0.9)
    fate = chance.random()
    outcome = Outcome.MOVED
    if fate < 0.08:  # noqa: PLR2004 - one of twelve
        outcome = Outcome.CALLED_OFF
    elif fate < 0.09:  # noqa: PLR2004 - one of a hundred
        outcome = Outcome.NOBODY_THERE
    return Appointment(team, load, starts_at, ends_at, booked_at, outcome, called_off_at)
