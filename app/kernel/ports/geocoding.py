"""Where an address lies, and which time zone holds there."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from app.kernel.errors import Fault, Unprocessable
from app.kernel.geo import Point, great_circle_miles
from app.kernel.places import LocationPrecision, Place, PlaceIn

# The largest ZIP areas of the lower 48 reach about 60 miles from their middle, those of Alaska about 200.
FARTHEST_FROM_POSTAL_CODE_MILES: Final = 250


class PlaceNotLocated(Unprocessable):
    code = "place_not_located"
    title = "We cannot tell where this place is."
    fault_codes = MappingProxyType(
        {
            "unknown_postal_code": "This is no postal code that we know: tell the location.",
            "state_mismatch": "The postal code lies in another state.",
            "location_far_from_postal_code": "The location lies far from its postal code.",
        }
    )


@dataclass(frozen=True, slots=True)
class Located:
    """The middle of a postal code. `state_matches`: it lies in the state that was asked about."""

    point: Point
    zone: str
    city: str
    state: str
    state_matches: bool


class Geocoder(Protocol):
    async def prepare(self) -> None:
        """Make what the first question would wait for. A failure is told to the log: that question tries again."""
        ...

    async def locate(self, postal_code: str, state: str, country: str) -> Located | None:
        """The middle of a postal code, or None when it is unknown or lies nowhere (military mail)."""
        ...

    async def zone_at(self, point: Point) -> str:
        """The IANA zone of a point; at sea one of `Etc/GMT…`."""
        ...


async def locate_place(geocoder: Geocoder, place: PlaceIn, *, pointer: str = "") -> Place:
    """Give a place its location and zone. `pointer` says where it stands in the payload, such as `/origin`.

    Raises: PlaceNotLocated (422) with the fault's pointer: the postal code is unknown or belongs to another
    state and no location was told, or the location told lies far from it.
    """
    located = await geocoder.locate(place.postal_code, place.state, place.country)
    if place.location is not None:
        if located is not None:
            _refuse_far_location(place.location, located, pointer)
        zone = await geocoder.zone_at(place.location)
        return _place(place, place.location, LocationPrecision.EXACT, zone)
    if located is None:
        raise _fault(f"{pointer}/postal_code", "unknown_postal_code", "is not a postal code we know; tell the location")
    if not located.state_matches:
        sentence = f"the postal code lies in {located.state}; tell the location if both are right"
        raise _fault(f"{pointer}/state", "state_mismatch", sentence)
    return _place(place, located.point, LocationPrecision.POSTAL_CODE, located.zone)


def _place(place: PlaceIn, point: Point, precision: LocationPrecision, zone: str) -> Place:
    told = place.model_dump(exclude={"location", "access"})
    return Place(**told, access=place.access, location=point, location_precision=precision, zone=zone)


def _refuse_far_location(told: Point, located: Located, pointer: str) -> None:
    miles = great_circle_miles(told, located.point)
    if miles > FARTHEST_FROM_POSTAL_CODE_MILES:
        sentence = f"lies {miles:.0f} miles from its postal code: are latitude and longitude right?"
        raise _fault(f"{pointer}/location", "location_far_from_postal_code", sentence)


def _fault(pointer: str, code: str, sentence: str) -> PlaceNotLocated:
    return PlaceNotLocated(faults=(Fault(pointer, code, sentence),))
