from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.kernel.text import Note500
from app.modules.bookings.schemas.shapes import LegNumber, Named, Strict
from app.modules.bookings.values import BookingStatus


class BulkStep(StrEnum):
    """What can be told of many bookings at once; each as by its own command."""

    CONFIRM = "confirm"
    ASSIGN = "assign"
    START = "start"
    ARRIVE = "arrive"
    LOAD = "load"
    DEPART = "depart"
    UNLOAD = "unload"
    CANCEL = "cancel"


class BulkCommandIn(Strict):
    """`assign` takes truck_ids and driver_ids, and of a move of several days the `leg`, whose truck_ids may be empty;
    also equipment_ids: left out, the booking or leg keeps the pieces that it has. `cancel` takes a reason, and any
    other a note at most.
    """

    booking_id: UUID
    command: BulkStep
    leg: LegNumber | None = None
    truck_ids: Named | None = None
    driver_ids: Named | None = None
    equipment_ids: Named | None = None
    reason: Note500 | None = None
    note: Note500 | None = None

    @model_validator(mode="after")
    def refuse_what_it_does_not_take(self) -> Self:
        is_assign, is_cancel = self.command is BulkStep.ASSIGN, self.command is BulkStep.CANCEL
        has_trucks = bool(self.truck_ids) or (self.leg is not None and self.truck_ids is not None)
        if (has_trucks, bool(self.driver_ids)) != (is_assign, is_assign) or (self.leg is not None and not is_assign):
            raise ValueError(
                "assign, and no other command, takes truck_ids and driver_ids; of a leg without trucks truck_ids is []"
            )
        if self.equipment_ids is not None and not is_assign:
            raise ValueError("assign, and no other command, takes equipment_ids")
        if (self.reason is not None) != is_cancel:
            raise ValueError("cancel, and no other command, takes a reason")
        if self.note is not None and (is_assign or is_cancel or self.command is BulkStep.CONFIRM):
            raise ValueError("this command takes no note")
        return self


class BulkIn(Strict):
    commands: Annotated[tuple[BulkCommandIn, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def refuse_twice(self) -> Self:
        if len({one.booking_id for one in self.commands}) != len(self.commands):
            raise ValueError("a booking stands twice among the commands")
        return self


class RefusedOut(BaseModel):
    """As the problem that the command alone would have been answered with; `more` are its own members."""

    status: int
    code: str
    title: str
    detail: str
    more: dict[str, Any]


class BulkResultOut(BaseModel):
    """`status` and `version` of the booking after it; or why it was refused, and then nothing of it was done."""

    booking_id: UUID
    command: BulkStep
    status: BookingStatus | None
    version: int | None
    refused: RefusedOut | None


class BulkOut(BaseModel):
    """A result for each command, in the order of the commands."""

    done: int
    items: list[BulkResultOut]
