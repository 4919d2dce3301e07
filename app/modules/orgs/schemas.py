from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.kernel.geo import Point
from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut
from app.kernel.text import Text120
from app.modules.orgs.values import AreaKind, OrgStatus
from app.runtime.phones import Phone


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone, such as America/Los_Angeles")
    return name


Zone = Annotated[str, Field(max_length=60, examples=["America/Los_Angeles"]), AfterValidator(_known_zone)]
UsdotNumber = Annotated[str, Field(pattern=r"^[0-9]{1,8}$", examples=["1234567"])]


class OrgIn(BaseModel):
    """A company as it registers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text120
    phone: Phone
    timezone: Zone
    usdot_number: UsdotNumber | None = None
    address: PlaceIn


class OrgPatch(Patch):
    """What is left out stays as it is."""

    clearable = frozenset({"usdot_number"})

    name: Text120 | None = None
    phone: Phone | None = None
    timezone: Zone | None = None
    usdot_number: UsdotNumber | None = None


class OrgOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    phone: str
    timezone: str
    usdot_number: str | None
    status: OrgStatus
    address: PlaceOut
    rating: Decimal | None = Field(validation_alias="rating_average")
    rating_count: int
    version: int


class ProfileOut(BaseModel):
    """A verified company as everybody may see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    usdot_number: str | None
    city: str
    state: str
    timezone: str
    rating: Decimal | None = Field(validation_alias="rating_average")
    rating_count: int


class ProfileQuery(ListQuery):
    state: Annotated[str | None, Field(pattern="^[A-Z]{2}$")] = None


class ServiceAreaIn(BaseModel):
    """A circle that the company picks up in; without a centre, around its address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    center: Point | None = None
    radius_miles: Annotated[Decimal, Field(gt=0, le=500, decimal_places=1)]


class ServiceAreaOut(BaseModel):
    id: UUID
    kind: AreaKind
    center: Point
    radius_miles: Decimal


class ServiceAreasOut(BaseModel):
    items: list[ServiceAreaOut]
