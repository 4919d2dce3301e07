from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.geo import Point, great_circle_miles
from app.kernel.weekdays import Weekday

SHORTEST_WINDOW: Final = timedelta(minutes=15)
LONGEST_WINDOW: Final = timedelta(days=14)
# Of jobs and of time off; the table holds to it.
LONGEST_RESERVATION: Final = timedelta(days=30)
# A job whose ends are farther apart than this leaves its truck out of the neighbourhood.
LOCAL_MILES: Final = 60
# Jobs that lie farther apart in time than this are not looked at: local ones, and after one that went far.
LONGEST_LOCAL_DRIVE: Final = timedelta(hours=4)
LONGEST_DRIVE: Final = timedelta(hours=48)
LONGEST_TURNAROUND_MINUTES: Final = 120
MOST_ALTERNATIVES: Final = 3


class ResourceKind(StrEnum):
    TRUCK = "truck"
    DRIVER = "driver"
    HELPER = "helper"
    EQUIPMENT = "equipment"

    @property
    def is_person(self) -> bool:
        return self in {ResourceKind.DRIVER, ResourceKind.HELPER}


class ReservationKind(StrEnum):
    """Why a resource is taken."""

    BOOKING = "booking"
    TIME_OFF = "time_off"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open stretch of time, [starts_at, ends_at), in UTC: touching windows do not overlap."""

    starts_at: datetime
    ends_at: datetime

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    def last_day(self, zone: ZoneInfo) -> date:
        """The day it ends on by that clock; one that ends at midnight ends on the day before."""
        return (self.ends_at - timedelta(microseconds=1)).astimezone(zone).date()

    def overlaps(self, other: Window) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


@dataclass(frozen=True, slots=True)
class Stops:
    """Where a job begins and where it ends. `came_far`: it is the end of one that began out of reach of here."""

    first: Point
    last: Point
    came_far: bool = False

    @property
    def is_far(self) -> bool:
        """Whether who has done it is out of reach of what is around its beginning."""
        return self.came_far or great_circle_miles(self.first, self.last) > LOCAL_MILES


@dataclass(frozen=True, slots=True)
class Busy:
    """What takes a resource. `stops`: of a job; None for time off, to which nobody drives. `source_id`: the job's."""

    window: Window
    stops: Stops | None = None
    source_id: UUID | None = None

    @property
    def is_job(self) -> bool:
        return self.stops is not None


class TruckClass(StrEnum):
    """Trucks by what they hold: a van, a box truck of 15 to 20 feet, or of 24 feet and more."""

    VAN = "van"
    BOX = "box"
    LARGE = "large"


BOX_CUFT: Final = 600
LARGE_CUFT: Final = 1_300


class DayLimit(NamedTuple):
    """So many jobs on a day: with a truck of this branch, or of any; of this size, or of any."""

    branch_id: UUID | None
    size: TruckClass | None
    jobs: int


@dataclass(frozen=True, slots=True)
class DayLimits:
    """How many jobs a company takes on a day, by the clock of `zone`."""

    zone: str
    each: tuple[DayLimit, ...]


Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours of each week. `span`: minutes of the day it begins on, the end up to a day later."""

    weekday: Weekday
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class DayHours:
    """The hours of one day, in the place of the week's; none: it is off."""

    day: date
    spans: Spans


@dataclass(frozen=True, slots=True)
class Hours:
    """When a resource works, as it is looked up: minutes by the clock of `zone` (rules/shifts.py).

    `weekly`: of a week and a day. `less` and `more`: what the days that differ take away and add, since 1970-01-05.
    """

    zone: str
    weekly: Spans
    less: Spans
    more: Spans


@dataclass(frozen=True, slots=True)
class TruckLimit:
    """Of the trucks of these companies only `truck_ids` count; of all others every one does."""

    org_ids: frozenset[UUID] = frozenset()
    truck_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ResourceSpec:
    """A resource as its owner in `fleet` describes it. `usable_until`: the last day its papers allow.

    `branch_id`: whose days it counts for; None: the company's alone.

    `turnaround_minutes`, `hours` and `limits` are the calendar's own: what lies between two jobs beside the drive, when
    it works (None: at any time), and how many jobs its company takes on a day (None: as many as there are).
    """

    id: UUID
    kind: ResourceKind
    capacity_cuft: int = 0
    max_weight_lb: int = 0
    skills: tuple[str, ...] = ()
    usable_until: date | None = None
    turnaround_minutes: int = 0
    hours: Hours | None = None
    limits: DayLimits | None = None
    branch_id: UUID | None = None

    @property
    def size(self) -> TruckClass:
        if self.capacity_cuft >= LARGE_CUFT:
            return TruckClass.LARGE
        return TruckClass.BOX if self.capacity_cuft >= BOX_CUFT else TruckClass.VAN


@dataclass(frozen=True, slots=True)
class Need:
    """What a job asks for: room, payload and people. Each truck needs a driver among the crew, and has all `features`;
    for each of the `skills` there is somebody in the crew.
    """

    volume_cuft: int
    weight_lb: int
    crew_size: int
    skills: tuple[str, ...] = ()
    features: tuple[str, ...] = ()

    @classmethod
    def of(cls, volume_cuft: int, weight_lb: int, crew_size: int, gear: Mapping[str, Sequence[str]]) -> Need:
        """`gear`: what a wish, a quote and a booking keep as `skills` and `truck_features`."""
        skills, features = tuple(gear["skills"]), tuple(gear["truck_features"])
        return cls(volume_cuft, weight_lb, crew_size, skills=skills, features=features)

    @property
    def without_gear(self) -> Need:
        return replace(self, skills=(), features=())


@dataclass(frozen=True, slots=True)
class Skilled:
    """Somebody who can do what not everybody can. `key`: tells people apart."""

    key: UUID | int
    is_driver: bool
    skills: frozenset[str]


class Asked(NamedTuple):
    """How long a company's job takes, and what it needs."""

    length: timedelta
    need: Need


@dataclass(frozen=True, slots=True)
class StartedJob:
    """A job that may start at several instants: what it needs, where, by which clock; asked for `now`. Where
    companies would do it each in its own way, `need` says what these have in common: skills and features.
    """

    need: Need
    stops: Stops
    zone: ZoneInfo
    now: datetime


class LegKind(StrEnum):
    """What is done in one part of a move of several days."""

    PACKING = "packing"
    LOADING = "loading"
    TRANSIT = "transit"
    UNLOADING = "unloading"

    def stops_of(self, move: Stops) -> Stops:
        """Packing and loading begin and end at the pickup, unloading at the delivery; transit goes between them."""
        if self is LegKind.TRANSIT:
            return move
        if self is LegKind.UNLOADING:
            return Stops(move.last, move.last, came_far=move.is_far)
        return Stops(move.first, move.first)


class Part(NamedTuple):
    """A stretch of a job of several days, that all of its trucks and people are on."""

    window: Window
    stops: Stops


@dataclass(frozen=True, slots=True)
class LegAsk:
    """One part of a job of several days: its own window and stops, and just these resources; and one more for each of
    `any_of`, from among those.
    """

    window: Window
    stops: Stops
    resource_ids: tuple[UUID, ...]
    any_of: tuple[tuple[UUID, ...], ...] = ()

    @property
    def may_take(self) -> set[UUID]:
        return {*self.resource_ids, *(one for some in self.any_of for one in some)}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a job was given."""

    truck_ids: tuple[UUID, ...]
    crew_ids: tuple[UUID, ...]

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        return (*self.truck_ids, *self.crew_ids)


@dataclass(frozen=True, slots=True)
class FreeCapacity:
    """What one company has free for a window: its trucks as (cubic feet, pounds) that have the features
    asked for, and people by what they do.
    """

    trucks: tuple[tuple[int, int], ...]
    drivers: int
    helpers: int
    # Free as well, but of a size of which the company has sold enough for that day.
    sold_out: tuple[tuple[int, int], ...] = ()
    # Of the drivers and helpers, those with any of the skills that were asked for.
    skilled: tuple[Skilled, ...] = ()

    @property
    def without_limits(self) -> FreeCapacity:
        return replace(self, trucks=(*self.trucks, *self.sold_out), sold_out=()) if self.sold_out else self


class TakenStarts(NamedTuple):
    """A resource that may do a job, and at which of many starts (as bits) it is taken. `skills`: of people, where the
    job asks for any; otherwise as `ResourceSpec`.
    """

    kind: ResourceKind
    capacity_cuft: int
    max_weight_lb: int
    usable_until: date | None
    starts: int
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TimeOff:
    id: UUID
    resource_id: UUID
    window: Window


@dataclass(frozen=True, slots=True)
class Lane:
    """A resource on the board. `taken`: JSON text, a list of what takes it, the first first."""

    resource_id: UUID
    kind: ResourceKind
    taken: str


@dataclass(frozen=True, slots=True)
class Availability:
    """What a company has free for a window, what is taken then, and other windows of that length that would do."""

    fits: bool
    free: tuple[ResourceSpec, ...]
    busy: dict[UUID, list[Window]]
    next_windows: tuple[Window, ...]
