from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.kernel.instants import Day, Moment
from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut
from app.kernel.text import Text60, Text120, clean_line
from app.modules.fleet.values import CrewRole
from app.runtime.phones import Phone


def _upper(value: Any) -> Any:
    cleaned = clean_line(value)
    return cleaned.upper() if isinstance(cleaned, str) else cleaned


LicensePlate = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9 .-]{0,11}$"), BeforeValidator(_upper), Field(examples=["8ABC123"])
]
LicenseNumber = Annotated[
    str, StringConstraints(pattern="^[A-Z0-9][A-Z0-9 -]{0,29}$"), BeforeValidator(_upper), Field(examples=["D1234567"])
]
LicenseClass = Annotated[
    str, StringConstraints(pattern="^[A-Z0-9][A-Z0-9 -]{0,9}$"), BeforeValidator(_upper), Field(examples=["C"])
]
# From a cargo van to a semi-trailer.
CapacityCuft = Annotated[int, Field(strict=True, ge=50, le=5_000, examples=[1600])]
MaxWeightLb = Annotated[int, Field(strict=True, ge=500, le=80_000, examples=[10_000])]
InService = Annotated[bool | None, Field(description="true: in service; false: retired; left out: both")]


class FleetQuery(ListQuery):
    in_service: InService = None


class TruckIn(BaseModel):
    """A truck: loadable cubic feet, payload in pounds, and where it stands at night."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text60
    license_plate: LicensePlate
    capacity_cuft: CapacityCuft
    max_weight_lb: MaxWeightLb
    base: PlaceIn


class TruckPatch(Patch):
    name: Text60 | None = None
    license_plate: LicensePlate | None = None
    capacity_cuft: CapacityCuft | None = None
    max_weight_lb: MaxWeightLb | None = None
    base: PlaceIn | None = None


class TruckOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    license_plate: str
    capacity_cuft: int
    max_weight_lb: int
    base: PlaceOut
    retired_at: datetime | None
    version: int


class DriverIn(BaseModel):
    """A member of a crew. Licence fields are for `driver` alone, and there all three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    full_name: Text120
    phone: Phone
    role: CrewRole
    license_number: LicenseNumber | None = None
    license_class: LicenseClass | None = None
    license_expires_on: Day | None = None


class DriverPatch(Patch):
    """The role stays: who begins to drive is added as a driver."""

    full_name: Text120 | None = None
    phone: Phone | None = None
    license_number: LicenseNumber | None = None
    license_class: LicenseClass | None = None
    license_expires_on: Day | None = None


class DriverOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    full_name: str
    phone: str
    role: CrewRole
    license_number: str | None
    license_class: str | None
    license_expires_on: date | None
    retired_at: datetime | None
    version: int


class TimeOffIn(BaseModel):
    """From when to when it cannot be taken. Without an offset: by the clock of the truck's base, or of your office."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: Moment
    ends_at: Moment


class TimeOffOut(BaseModel):
    id: UUID
    starts_at: datetime
    ends_at: datetime


class TimeOffsOut(BaseModel):
    items: list[TimeOffOut]
