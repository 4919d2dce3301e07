from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.kernel.geo import Point
from app.kernel.instants import Instant
from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut, Yes
from app.kernel.text import Text60, upper_line
from app.modules.fleet.values import TruckFeature

LicensePlate = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9 .-]{0,11}$"),
    BeforeValidator(upper_line),
    Field(examples=["8ABC123"]),
]
# From a cargo van to a semi-trailer.
CapacityCuft = Annotated[int, Field(strict=True, ge=50, le=5_000, examples=[1600])]
MaxWeightLb = Annotated[int, Field(strict=True, ge=500, le=80_000, examples=[10_000])]
BodyLengthFt = Annotated[int, Field(strict=True, ge=6, le=60, examples=[26])]
InService = Annotated[bool | None, Field(description="true: in service; false: retired; left out: both")]


class FleetQuery(ListQuery):
    in_service: InService = None
    branch_id: Annotated[UUID | None, Field(description="of this branch alone")] = None


class TruckIn(BaseModel):
    """A truck: loadable cubic feet, payload in pounds, the body's length in feet, and where it stands at night."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text60
    license_plate: LicensePlate
    capacity_cuft: CapacityCuft
    max_weight_lb: MaxWeightLb
    body_length_ft: BodyLengthFt | None = None
    has_lift_gate: Yes = False
    features: frozenset[TruckFeature] = frozenset()
    branch_id: UUID | None = None
    base: PlaceIn


class TruckPatch(Patch):
    clearable = frozenset({"body_length_ft", "branch_id"})

    name: Text60 | None = None
    license_plate: LicensePlate | None = None
    capacity_cuft: CapacityCuft | None = None
    max_weight_lb: MaxWeightLb | None = None
    body_length_ft: BodyLengthFt | None = None
    has_lift_gate: Yes | None = None
    features: frozenset[TruckFeature] | None = None
    branch_id: UUID | None = None
    base: PlaceIn | None = None


class SightingIn(BaseModel):
    """Where the truck is, as a phone or a tracker in it has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    location: Point
    recorded_at: Instant


class SightingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    location: Point
    recorded_at: datetime


class TruckOut(BaseModel):
    """A truck. `last_seen` is outside its version: it changes while the ETag stays; null when it never was told."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    license_plate: str
    capacity_cuft: int
    max_weight_lb: int
    body_length_ft: int | None
    has_lift_gate: bool
    features: list[TruckFeature]
    branch_id: UUID | None
    base: PlaceOut
    last_seen: SightingOut | None
    retired_at: datetime | None
    version: int


class TruckPhotoIn(BaseModel):
    """A photo that was uploaded and found clean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    upload_id: UUID


class TruckPhotoOut(BaseModel):
    """A photo; its id is the upload's."""

    id: UUID
    width: int | None
    height: int | None
    added_at: datetime


class ShownTruckPhotoOut(TruckPhotoOut):
    """A photo with its links, which live for a minute."""

    url: str
    thumbnail_url: str | None


class TruckPhotosOut(BaseModel):
    items: list[ShownTruckPhotoOut]
