from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from app.kernel.geo import Point


class OrgStatus(StrEnum):
    """A company's standing. Only a verified one is found by the market."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class AreaKind(StrEnum):
    RADIUS = "radius"
    POLYGON = "polygon"


# Wherever a company's clock hangs, its days lie within a day of UTC's.
ONE_DAY: Final = timedelta(days=1)
LONGEST_ARRIVAL_WINDOW_MINUTES: Final = 240


class Refusal(StrEnum):
    """Why a company does not take a job that it could do."""

    DESTINATION_OUTSIDE_AREA = "destination_outside_area"
    SHORT_NOTICE = "short_notice"
    DAY_OFF = "day_off"
    OUTSIDE_BUSINESS_HOURS = "outside_business_hours"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of companies: where a job begins and ends, and the days whose days off are to be told."""

    pickup: Point
    destination: Point
    first_day: date
    last_day: date

    @classmethod
    def between(cls, stops: tuple[Point, Point], starts_at: datetime, ends_at: datetime) -> Self:
        """For a job from the first of the stops to the last, at some time between these instants."""
        return cls(*stops, starts_at.astimezone(UTC).date() - ONE_DAY, ends_at.astimezone(UTC).date() + ONE_DAY)


@dataclass(frozen=True, slots=True)
class Terms:
    """When and for where a company takes jobs of customers, by its own clock.

    `business_hours`: by the weekday's name, when a job may start; a weekday that is not there is closed; None: always.
    `days_off` are those of the wish. `reaches_destination`: false where the company asks that a service area holds the
    destination too, and none does. `arrival_window_minutes`: so long after a job's start its crew may arrive.
    """

    timezone: str
    lead_time_hours: int = 0
    business_hours: Mapping[str, Mapping[str, str]] | None = None
    days_off: frozenset[date] = frozenset()
    reaches_destination: bool = True
    arrival_window_minutes: int = 0

    @property
    def arrival_window(self) -> timedelta:
        return timedelta(minutes=self.arrival_window_minutes)


# So many promises say something of whoever made them.
FEWEST_PROMISES: Final = 10
# Of a hundred promises: so many are broken by the best, and from the second on nothing speaks for the company.
TOLERATED_PERCENT: Final = 10
WORST_PERCENT: Final = 30


@dataclass(frozen=True, slots=True)
class Promises:
    """A company's jobs of the market that were confirmed in the last 12 months, as they were counted then: those that
    it did, those that it cancelled, those to which it did not come, and those that its people cancelled for a customer
    who called. These last, as what a customer calls off, it neither kept nor broke.
    """

    kept: int = 0
    cancelled: int = 0
    missed: int = 0
    called_off: int = 0
    counted_at: datetime | None = None

    @property
    def broken_percent(self) -> float | None:
        """None: too few were kept or broken for it to say anything."""
        broken = self.cancelled + self.missed
        if self.kept + broken < FEWEST_PROMISES:
            return None
        return round(100 * broken / (self.kept + broken), 1)

    @property
    def reliability(self) -> float:
        """From 1, for whoever breaks ten of a hundred or fewer, or is new, down to 0 at thirty."""
        broken = self.broken_percent or 0.0
        return round(min(1.0, max(0.0, (WORST_PERCENT - broken) / (WORST_PERCENT - TOLERATED_PERCENT))), 4)


@dataclass(frozen=True, slots=True)
class ToldNumber:
    """A U.S. DOT number that a company has told and nobody has confirmed; `refusal`: why staff refused it."""

    org_id: UUID
    name: str
    number: str
    told_at: datetime
    refusal: str | None


@dataclass(frozen=True, slots=True)
class Sought:
    """A company as somebody on the phone names it: by a text, or known already by something that other modules keep."""

    text: str
    org_ids: frozenset[UUID]
    usdot_number: str | None = None
