from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.instants import Day
from app.modules.dispatch.values import LeftReason
from app.modules.market.public import ArrivalWindow

PlanName = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DayIn(Strict):
    """`day`: of your office; the jobs that start on it and are confirmed, of moves of several days the legs that do.
    `include_assigned`: those too that a dispatcher has given their team.
    """

    day: Day
    include_assigned: bool = False


class AutoAssignIn(DayIn):
    """`plan`: as the preview named it; it is applied as it was seen or not at all. Without it, whatever is best."""

    plan: PlanName | None = None


class PlannedOut(BaseModel):
    """A job, or one `leg` of it, and its team; a leg keeps its trucks, for the load is in them. `drive_minutes`: to the
    pickup, from the stop before or the yard; `spare_cuft`: room that stays empty, null without an estimate;
    `most_week_hours`: of the one of the crew who will have worked most in these seven days.
    """

    booking_id: UUID
    leg: int | None
    reference: str
    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    is_changed: bool
    drive_minutes: int
    spare_cuft: int | None
    most_week_hours: float


class LeftOut(BaseModel):
    """A job that keeps what it has, and why. `paper`: which of the company's does not reach the job, for the reason
    `papers_end_before`.
    """

    booking_id: UUID
    leg: int | None
    reference: str
    starts_at: datetime
    reason: LeftReason
    paper: str | None


class PlanOut(BaseModel):
    """`is_best`: no other plan costs less; false when the time was over before that was certain."""

    plan: str
    is_best: bool
    jobs: list[PlannedOut]
    left_over: list[LeftOut]


class SwapTruckIn(Strict):
    """A truck that broke down, and the day of your office whose jobs to come are given to others. `under_way`: today
    also what is left of the job that it is on; without it the truck is kept for that until it is done.
    """

    truck_id: UUID
    day: Day
    under_way: Annotated[bool, Field(strict=True)] = False


class SwapOut(BaseModel):
    """`truck_ids`: all of the job's trucks, or of that `leg` of it. `under_way`: the other truck takes over from
    `starts_at` on; a job of which less than a quarter of an hour is left is not here. `reason`: why it keeps the broken
    one; null when it was given another. `paper`: which of the company's does not reach the job, for the reason
    `papers_end_before`.
    """

    booking_id: UUID
    leg: int | None
    reference: str
    starts_at: datetime
    under_way: bool
    truck_ids: list[UUID]
    reason: LeftReason | None
    paper: str | None


class SwapsOut(BaseModel):
    """`is_off`: every job has another truck, and this one stands in the workshop for the rest of the day, from the end
    of the job that it is on. False: a job keeps it, or somebody holds it, around which it is off; or the job that it is
    on lasts until the day is over, and from its end on nothing keeps the truck off.
    """

    is_off: bool
    jobs: list[SwapOut]
