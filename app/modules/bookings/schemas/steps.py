from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.kernel.actor import ActorKind
from app.kernel.geo import Point
from app.kernel.money import ExactDecimal, MoneyIn
from app.kernel.text import Note500, Text120
from app.modules.bookings.schemas.shapes import Strict
from app.modules.bookings.values import BookingStatus, Report

Miles = Annotated[ExactDecimal, Field(ge=0, le=10_000, decimal_places=1)]
WorkedHours = Annotated[ExactDecimal, Field(ge=0, le=400, decimal_places=2)]
DoorCode = Annotated[str, Field(pattern="^[0-9]{6}$")]


class StepIn(Strict):
    """`location`: where whoever reports it stands. `photo_ids`: uploaded photos that show it, of a member alone."""

    note: Note500 | None = None
    location: Point | None = None
    photo_ids: Annotated[tuple[UUID, ...], Field(max_length=10)] = ()


class LoadIn(StepIn):
    """`code`: the customer's for the pickup, where the company asks for it."""

    code: DoorCode | None = None


def report_of(to: BookingStatus, body: StepIn | None) -> Report:
    if body is None:
        return Report(to)
    return Report(to, body.note, body.location, getattr(body, "code", None), body.photo_ids)


def _not_a_line_of_ours(code: str) -> str:
    if code in {"labour", "travel", "mileage", "flat_rate", "minimum_charge_adjustment", "tax"}:
        raise ValueError("is a line that the price makes itself")
    return code


class ExtraIn(Strict):
    """Work that the price did not hold, as agreed with the customer."""

    code: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$"), AfterValidator(_not_a_line_of_ours)]
    description: Text120
    amount: MoneyIn


class CompleteIn(LoadIn):
    """`code`: the customer's for the delivery, where the company asks for it."""

    actual_hours: Annotated[WorkedHours, Field(description="Without those of packing, which has a line of its own")]
    actual_distance_miles: Miles
    extras: Annotated[tuple[ExtraIn, ...], Field(max_length=50)] = ()


class StepPhotoOut(BaseModel):
    """`url` and `thumbnail_url` are good for a minute: ask again for others. Null while the store does not answer."""

    id: UUID
    url: str | None
    thumbnail_url: str | None


class StepOut(BaseModel):
    """`location`: where whoever reported it stood, if they told. `photo_ids`: those of `photos`, in their order."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    from_status: BookingStatus | None
    to_status: BookingStatus
    actor_kind: ActorKind
    actor_id: UUID | None
    note: str | None
    location: Point | None
    photo_ids: list[UUID]
    photos: list[StepPhotoOut]


class HistoryOut(BaseModel):
    items: list[StepOut]
