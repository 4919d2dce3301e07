from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from app.kernel.instants import Day, Moment
from app.modules.bookings.schemas.booking import BookingOut, BookingSummary
from app.modules.bookings.schemas.shapes import Strict, WindowOut
from app.modules.bookings.values import BoardView
from app.modules.calendar.public import ResourceKind


class JobsQuery(Strict):
    """`day`: of the company's office; today without one."""

    day: Day | None = None


class BoardQuery(JobsQuery):
    """`view` week: seven days from `day` on. `resource_id`: one truck or person alone."""

    view: BoardView = BoardView.DAY
    resource_id: UUID | None = None


class DriveOut(BaseModel):
    """The way to a pickup from the last stop of the job before it on these days: road miles and minutes as planned for,
    the minutes that lie between the two, and whether they suffice for the way and the turnaround.
    """

    miles: float
    minutes: int
    gap_minutes: int
    suffices: bool


class TakenOut(BaseModel):
    """`source_id`: the booking, or the time off. `drive`: null for the first job of these days, for time off, and
    between two legs of one move.
    """

    kind: str
    source_id: UUID
    starts_at: datetime
    ends_at: datetime
    drive: DriveOut | None


class LaneOut(BaseModel):
    resource_id: UUID
    kind: ResourceKind
    name: str | None
    taken: list[TakenOut]


class BoardOut(BaseModel):
    """Who and what is taken when, and the bookings of these days; `zone` is the office's."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    lanes: list[LaneOut]
    bookings: list[BookingSummary]


class JobOut(BookingOut):
    """A job of somebody: from when to when they are on it, the way there from the job before, as the board has it, and
    of a move of several days the number of the leg.
    """

    leg: int | None
    on_duty: WindowOut
    drive: DriveOut | None


class JobsOut(BaseModel):
    items: list[JobOut]


class AvailabilityQuery(Strict):
    """A window, and what is to be moved in it. Times without an offset are the wall time of the company's office.
    Without a start it is the next full hour, without an end it is eight hours long.
    """

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    volume_cuft: Annotated[int, Field(ge=0, le=100_000)] = 0
    weight_lb: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    crew_size: Annotated[int, Field(ge=1, le=30)] = 1


class FreeResourceOut(BaseModel):
    resource_id: UUID
    kind: ResourceKind


class BusyOut(BaseModel):
    resource_id: UUID
    windows: list[WindowOut]


class AvailabilityOut(BaseModel):
    """`fits`: what is free for the whole window suffices. `next_windows`: others of the same length that would do."""

    fits: bool
    free: list[FreeResourceOut]
    busy: list[BusyOut]
    next_windows: list[WindowOut]
