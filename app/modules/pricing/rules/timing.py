"""When the move starts, on the pickup's clock: weekends, hours, holidays, seasons, short notice."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from app.modules.pricing.rules.rule import (
    AtLeastOne,
    Charge,
    Markup,
    PositiveQuantity,
    Strict,
    Sums,
    Whole,
    exactly_one,
    mark_up,
)
from app.modules.pricing.values import Calendar, Job

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MONTH_DAY: Final = re.compile(r"([0-9]{2})-([0-9]{2})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEAP_YEAR: Final = 2024


class MonthDay(NamedTuple):
    """A day of every year."""

    month: int
    day: int


def _parse_clock(value: Any) -> time:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be a time of day from 00:00 to 23:59, as 17:30")
    return time(int(match[1]), int(match[2]))


def _parse_month_day(value: Any) -> MonthDay:
    match = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        if match is not None:
            day = date(_LEAP_YEAR, int(match[1]), int(match[2]))
            return MonthDay(day.month, day.day)
    except ValueError:
        raise ValueError("is on no calendar: a month and a day of it, as 05-15") from None
    raise ValueError("must be a month and a day, as 05-15")


def _parse_date(value: Any) -> date:
    if not (isinstance(value, str) and _DATE.fullmatch(value)):
        raise ValueError("must be a date, as 2027-12-24")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("is on no calendar: a date, as 2027-12-24") from None


ClockTime = Annotated[
    time,
    PlainValidator(_parse_clock),
    PlainSerializer(lambda clock: f"{clock:%H:%M}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^({_CLOCK.pattern})$", "examples": ["17:30"]}),
]
DayOfYear = Annotated[
    MonthDay,
    PlainValidator(_parse_month_day),
    PlainSerializer(lambda day: f"{day[0]:02}-{day[1]:02}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{_MONTH_DAY.pattern}$", "examples": ["05-15"]}),
]
IsoDate = Annotated[
    date,
    PlainValidator(_parse_date),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]

_Sorted: Final = PlainSerializer(lambda dates: [day.isoformat() for day in sorted(dates)], return_type=list[str])


WEEKEND: Final = frozenset({0, 6})


class WeekendRule(Markup):
    """Days of the week, 0 = Sunday … 6 = Saturday."""

    type: Literal["weekend"]
    days: Annotated[tuple[Annotated[Whole, Field(ge=0, le=6)], ...], AtLeastOne(), Field(max_length=7)]

    @field_validator("days")
    @classmethod
    def refuse_repeated(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(days)) < len(days):
            raise ValueError("names a day twice")
        return days


def weekend(rule: WeekendRule, job: Job, sums: Sums) -> Charge | None:
    if job.local_start.isoweekday() % 7 not in rule.days:
        return None
    return mark_up(rule, sums, "Weekend" if WEEKEND.issuperset(rule.days) else "Day of the week")


class AfterHoursRule(Markup):
    """From `from`, inclusive, to `to`, exclusive; a window that ends before it begins crosses midnight."""

    type: Literal["after_hours"]
    from_: Annotated[ClockTime, Field(alias="from")]
    to: ClockTime

    @field_validator("to")
    @classmethod
    def refuse_empty(cls, to: time, info: ValidationInfo) -> time:
        if to == info.data.get("from_"):
            raise ValueError("is the same time as from: the window is empty")
        return to


def after_hours(rule: AfterHoursRule, job: Job, sums: Sums) -> Charge | None:
    clock = job.local_start.time()
    after, before = clock >= rule.from_, clock < rule.to
    applies = (after and before) if rule.from_ < rule.to else (after or before)
    return mark_up(rule, sums, "Early or late hours") if applies else None


class HolidayCalendar(Strict):
    """The public holidays of a country, or of one of its states; observed days included."""

    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
    state: Annotated[str, StringConstraints(pattern="^[A-Z0-9]{1,3}$")] | None = None

    @property
    def key(self) -> Calendar:
        return self.country, self.state


class HolidayRule(Markup):
    """Listed dates, or a calendar's; a calendar is turned into dates when the config is compiled."""

    type: Literal["holiday"]
    calendar: HolidayCalendar | None = None
    dates: Annotated[frozenset[IsoDate], AtLeastOne(), Field(max_length=400), _Sorted] | None = None

    @model_validator(mode="after")
    def refuse_both_sources(self) -> Self:
        exactly_one(self, "calendar", "dates")
        return self


def holiday(rule: HolidayRule, job: Job, sums: Sums) -> Charge | None:
    applies = rule.dates is not None and job.local_start.date() in rule.dates
    return mark_up(rule, sums, "Holiday") if applies else None


class SeasonRule(Markup):
    """From one day of the year to another, both inclusive; it may cross the new year."""

    type: Literal["season"]
    from_: Annotated[DayOfYear, Field(alias="from")]
    to: DayOfYear


def season(rule: SeasonRule, job: Job, sums: Sums) -> Charge | None:
    day = (job.local_start.month, job.local_start.day)
    after, before = day >= rule.from_, day <= rule.to
    applies = (after and before) if rule.from_ <= rule.to else (after or before)
    return mark_up(rule, sums, "Season") if applies else None


class LeadTimeRule(Markup):
    """Booked at most `within_hours` before the start, in elapsed time."""

    type: Literal["lead_time"]
    within_hours: PositiveQuantity


def lead_time(rule: LeadTimeRule, job: Job, sums: Sums) -> Charge | None:
    notice: timedelta = job.starts_at - job.booked_at
    applies = Decimal(notice // timedelta(microseconds=1)) <= rule.within_hours * 3_600_000_000
    return mark_up(rule, sums, "Short notice") if applies else None
