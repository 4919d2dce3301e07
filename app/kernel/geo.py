"""Points on the earth and the miles between them, as the crow flies."""

from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

# Mean radius R1 of the GRS 80 ellipsoid, 6371.0088 km, in international miles.
EARTH_RADIUS_MILES: Final = 3958.7613


class Point(BaseModel):
    """A place on the earth in WGS 84 degrees: latitude north of the equator, longitude east of Greenwich."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)

    lat: Annotated[float, Field(ge=-90, le=90, examples=[37.7725])]
    lng: Annotated[float, Field(ge=-180, le=180, examples=[-122.4147])]


def great_circle_miles(start: Point, end: Point) -> float:
    """Miles on a sphere; within 0.6 % of the ellipsoid. Symmetric, and 0 for the same point."""
    start_lat, end_lat = radians(start.lat), radians(end.lat)
    half_lat = (end_lat - start_lat) / 2
    half_lng = radians(end.lng - start.lng) / 2
    haversine = sin(half_lat) ** 2 + cos(start_lat) * cos(end_lat) * sin(half_lng) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(sqrt(min(1.0, haversine)))
