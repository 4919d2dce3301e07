from __future__ import annotations

from datetime import time
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from app.kernel.instants import Day
from app.kernel.weekdays import Weekday
from app.modules.calendar import rules
from app.modules.calendar.values import DayHours, Shift


def _to_the_minute(value: Any) -> Any:
    if isinstance(value, time) or (isinstance(value, str) and len(value) == len("08:00") and value[2] == ":"):
        return value
    raise ValueError("must be a wall time to the minute, such as 08:00")


WallTime = Annotated[
    time,
    BeforeValidator(_to_the_minute, json_schema_input_type=str),
    PlainSerializer(lambda value: value.strftime("%H:%M"), return_type=str),
    Field(examples=["08:00"]),
]


class SpanIn(BaseModel):
    """Hours by the wall clock; they go on to the next day where they end no later than they start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts: WallTime
    ends: WallTime

    @property
    def minutes(self) -> tuple[int, int]:
        return rules.describe_span(self.starts, self.ends)


class ShiftIn(SpanIn):
    weekday: Weekday


class DifferentDayIn(BaseModel):
    """A day that differs: its hours take the place of those that the week has begin on it; none, and it is off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: Day
    shifts: Annotated[tuple[SpanIn, ...], Field(max_length=4)] = ()

    @model_validator(mode="after")
    def refuse_overlaps(self) -> Self:
        if rules.overlap(span.minutes for span in self.shifts):
            raise ValueError("two of its shifts overlap")
        return self


class ShiftsIn(BaseModel):
    """`weekly`: the hours of each week; null: at any time. `exceptions`: days that differ."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekly: Annotated[tuple[ShiftIn, ...], Field(max_length=28)] | None = None
    exceptions: Annotated[tuple[DifferentDayIn, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def refuse_overlaps(self) -> Self:
        if rules.overlap(rules.week_spans(self.week or ())):
            raise ValueError("two shifts of the week overlap")
        if len({one.day for one in self.exceptions}) != len(self.exceptions):
            raise ValueError("a day stands twice among the exceptions")
        return self

    @property
    def week(self) -> list[Shift] | None:
        return None if self.weekly is None else [Shift(one.weekday, one.minutes) for one in self.weekly]

    @property
    def days(self) -> list[DayHours]:
        return [DayHours(one.day, tuple(span.minutes for span in one.shifts)) for one in self.exceptions]


class ShiftsOut(ShiftsIn):
    """`zone`: of the clock they are read by. `version` 0: nobody has chosen, and any time will do."""

    zone: str
    version: int


JobsADay = Annotated[int, Field(strict=True, ge=0, le=1_000)]


class _JobsADay(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: JobsADay | None = None
    van_jobs: JobsADay | None = None
    box_jobs: JobsADay | None = None
    large_jobs: JobsADay | None = None


class BranchLimitsIn(_JobsADay):
    """How many jobs a day are done with trucks of one branch, in all and by their size."""

    branch_id: UUID


class DayLimitsIn(_JobsADay):
    """How many jobs you take on a day of your office: in all, with trucks of a size, and with those of a branch; null:
    as many as there are. All of them hold at once.

    A van holds less than 600 cubic feet, a box truck less than 1,300, a large one more. A job of several days counts
    on each.
    """

    branches: Annotated[tuple[BranchLimitsIn, ...], Field(max_length=200)] = ()

    @model_validator(mode="after")
    def refuse_twice(self) -> Self:
        if len({one.branch_id for one in self.branches}) != len(self.branches):
            raise ValueError("a branch stands twice among the branches")
        return self


class DayLimitsOut(DayLimitsIn):
    """`zone`: of the clock by which days are counted. `version` 0: you have not chosen."""

    zone: str
    version: int
