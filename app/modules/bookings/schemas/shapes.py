from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.instants import Moment
from app.modules.bookings.values import BookingStatus
from app.modules.fleet.public import EquipmentKind
from app.modules.market.public import ArrivalWindow

MOST_LEGS: Final = 14
Named = Annotated[tuple[UUID, ...], Field(max_length=40)]
PieceKinds = Annotated[
    tuple[EquipmentKind, ...],
    Field(
        max_length=10,
        description="one piece of each kind named here, whichever is free; a kind named twice is two pieces",
    ),
]
LegNumber = Annotated[int, Field(strict=True, ge=0, lt=MOST_LEGS)]


PlannedArrival = Annotated[
    datetime | None,
    Field(description="When in the arrival window the crew is to come, as the office has planned; null: not yet."),
]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WindowIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup."""

    starts_at: Moment
    ends_at: Moment


class ArrivalIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup. Null takes the planning back."""

    arrives_at: Moment | None


class WindowOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    starts_at: datetime
    ends_at: datetime


class TownOut(BaseModel):
    city: str
    state: str


class LinkedOut(BaseModel):
    """A move as whoever has a link to it may see it: no name, no street."""

    reference: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    planned_arrival_at: PlannedArrival
    pickup_zone: str
    origin: TownOut
    destination: TownOut
    organization_name: str
    organization_phone: str
