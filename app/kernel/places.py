"""Places: an address, how one gets in, and (once located) where it lies and which clock hangs on its wall.

`PlaceIn` is what a client sends, `Place` what the program works with and stores, `PlaceOut` what it answers.
`Place` is stored as `place.model_dump(mode="json")` and comes back with `Place.model_validate(stored)`.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from app.kernel.geo import Point
from app.kernel.text import Text20, Text60, Text120, upper_line

US_ZIP: Final = re.compile(r"[0-9]{5}(-[0-9]{4})?")
# USPS Publication 28, appendix B: states, the District, territories, associated states, armed forces.
_STATE_CODES: Final = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND "
    "OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI FM MH PW AA AE AP"
)
US_STATES: Final = frozenset(_STATE_CODES.split())


class LocationPrecision(StrEnum):
    """How a location is known: told by the client, or the middle of its postal code (a few miles)."""

    EXACT = "exact"
    POSTAL_CODE = "postal_code"


Floor = Annotated[int, Field(strict=True, ge=-10, le=200)]
Flights = Annotated[int, Field(strict=True, ge=0, le=200)]
CarryFeet = Annotated[int, Field(strict=True, ge=0, le=10_000)]
TruckFeet = Annotated[int, Field(strict=True, ge=6, le=80)]
Yes = Annotated[bool, Field(strict=True)]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$"), BeforeValidator(upper_line)]
CountryCode = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$"), BeforeValidator(upper_line)]


class Access(BaseModel):
    """How the crew gets in; null: not told.

    `floor` counts from the ground floor (0 or 1, as the building does), `long_carry_ft` is the way from the
    truck's tail to the door in feet, `max_truck_ft` the longest truck that can stand there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    floor: Floor | None = None
    has_elevator: Yes | None = None
    stairs_flights: Flights | None = None
    long_carry_ft: CarryFeet | None = None
    parking: Text60 | None = None
    max_truck_ft: TruckFeet | None = None


class PlaceIn(BaseModel):
    """A place as a client tells it. Without `location` the middle of the postal code is taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # First, because what a state and a postal code may look like depends on it.
    country: CountryCode = "US"
    line1: Annotated[Text120, Field(examples=["1355 Market Street"])]
    city: Annotated[Text60, Field(examples=["San Francisco"])]
    state: Annotated[StateCode, Field(examples=["CA"])]
    postal_code: Annotated[Text20, BeforeValidator(upper_line), Field(examples=["94103"])]
    location: Point | None = None
    access: Access | None = None

    @field_validator("state", mode="after")
    @classmethod
    def refuse_unknown_state(cls, state: str, info: ValidationInfo) -> str:
        if info.data.get("country") == "US" and state not in US_STATES:
            raise ValueError("must be the two letters of a U.S. state or territory")
        return state

    @field_validator("postal_code", mode="after")
    @classmethod
    def refuse_malformed_zip(cls, postal_code: str, info: ValidationInfo) -> str:
        if info.data.get("country") == "US" and not US_ZIP.fullmatch(postal_code):
            raise ValueError("must be a U.S. ZIP code, 94103 or 94103-1410")
        return postal_code


class Place(BaseModel):
    """A located place. `zone` is the IANA name of its time zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line1: str
    city: str
    state: str
    postal_code: str
    country: str
    location: Point
    location_precision: LocationPrecision
    zone: str
    access: Access | None

    def without_address(self) -> "Place":
        """The town and no more: neither street nor door, the location to a tenth of a degree (some seven miles)."""
        location = Point(lat=round(self.location.lat, 1), lng=round(self.location.lng, 1))
        gone = {"line1": "", "postal_code": "", "location": location, "access": None}
        return self.model_copy(update={**gone, "location_precision": LocationPrecision.POSTAL_CODE})

    @property
    def address_lines(self) -> tuple[str, str]:
        """The two lines of an envelope, the country only where it is not the United States."""
        town = f"{self.city}, {self.state} {self.postal_code}"
        return self.line1, town if self.country == "US" else f"{town}, {self.country}"


class AccessOut(BaseModel):
    """How the crew gets in; null: not told."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    floor: int | None
    has_elevator: bool | None
    stairs_flights: int | None
    long_carry_ft: int | None
    parking: str | None
    max_truck_ft: int | None


class PlaceOut(BaseModel):
    """A located place as it is answered; `location_precision` says how its location is known."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    line1: str
    city: str
    state: str
    postal_code: str
    country: str
    location: Point
    location_precision: LocationPrecision
    zone: str
    access: AccessOut | None
