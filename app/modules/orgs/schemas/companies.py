from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut, Yes
from app.kernel.text import Text120
from app.modules.orgs.values import LONGEST_ARRIVAL_WINDOW_MINUTES, OrgStatus
from app.runtime.phones import Phone


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("is not an IANA time zone, such as America/Los_Angeles")
    return name


Zone = Annotated[str, Field(max_length=60, examples=["America/Los_Angeles"]), AfterValidator(_known_zone)]
UsdotNumber = Annotated[str, Field(pattern=r"^[0-9]{1,8}$", examples=["1234567"])]


TimeOfDay = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:00"])]
LeadTimeHours = Annotated[int, Field(strict=True, ge=0, le=720)]
ArrivalWindowMinutes = Annotated[int, Field(strict=True, ge=0, le=LONGEST_ARRIVAL_WINDOW_MINUTES)]


class OpenHours(BaseModel):
    """From when until when jobs may start, by the wall clock."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens_at: TimeOfDay
    closes_at: TimeOfDay

    @model_validator(mode="after")
    def refuse_reversed(self) -> Self:
        if self.closes_at <= self.opens_at:
            raise ValueError("closes before it opens")
        return self


class BusinessHours(BaseModel):
    """When jobs may start, by the company's own clock. A weekday that is left out or null is closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    monday: OpenHours | None = None
    tuesday: OpenHours | None = None
    wednesday: OpenHours | None = None
    thursday: OpenHours | None = None
    friday: OpenHours | None = None
    saturday: OpenHours | None = None
    sunday: OpenHours | None = None

    @model_validator(mode="after")
    def refuse_never(self) -> Self:
        if not any(hours for _, hours in self):
            raise ValueError("is open on no day of the week")
        return self


class OrgIn(BaseModel):
    """A company as it registers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text120
    phone: Phone
    timezone: Zone
    usdot_number: UsdotNumber | None = None
    address: PlaceIn


class OrgPatch(Patch):
    """What is left out stays as it is.

    The last four are for customers' jobs: how many hours ahead they are asked for at least, whether a service area
    must hold the destination too, when they start (null: at any time), and how many minutes after that the crew may
    arrive: 0 is the exact time, and with 120 a job at 8:00 is promised for an arrival from 8:00 to 10:00. Trucks and
    crew are kept for a job that begins at the end of it; jobs that stand keep what they were promised.
    """

    clearable = frozenset({"usdot_number", "business_hours"})

    name: Text120 | None = None
    phone: Phone | None = None
    timezone: Zone | None = None
    usdot_number: UsdotNumber | None = None
    lead_time_hours: LeadTimeHours | None = None
    requires_both_ends: Yes | None = None
    business_hours: BusinessHours | None = None
    arrival_window_minutes: ArrivalWindowMinutes | None = None


class PromisesOut(BaseModel):
    """Customers' jobs of the market that were confirmed in the last twelve months, counted every day and with each that
    is broken: those the company did, those it cancelled, those it missed, and, which counts nothing, those it called
    off for a customer who asked it to. `broken_percent` is of the first three together. Searches rank by `reliability`:
    1 up to ten broken in a hundred, and 0 from thirty on; `broken_percent` is null, and reliability 1, until there are
    ten.
    """

    model_config = ConfigDict(from_attributes=True)

    kept: int
    cancelled: int
    missed: int
    called_off: int
    broken_percent: float | None
    reliability: float
    counted_at: datetime | None


class UnconfirmedNumberOut(BaseModel):
    """A U.S. DOT number that staff have yet to look at (`refusal` is null) or have refused. It is printed nowhere."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    told_at: datetime
    refusal: str | None


class OrgOut(BaseModel):
    """`unconfirmed_usdot_number`: told since you asked to be verified; once staff confirm it, it is `usdot_number`."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    phone: str
    timezone: str
    usdot_number: str | None
    unconfirmed_usdot_number: UnconfirmedNumberOut | None
    status: OrgStatus
    address: PlaceOut
    rating: Decimal | None = Field(validation_alias="rating_average")
    rating_count: int
    lead_time_hours: int
    requires_both_ends: bool
    business_hours: BusinessHours | None
    arrival_window_minutes: int
    promises: PromisesOut
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
