from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.routing.great_circle import GreatCircleRouter
from app.kernel.geo import Point

pytestmark = pytest.mark.unit

NEW_YORK = Point(lat=40.7128, lng=-74.0060)
LOS_ANGELES = Point(lat=34.0522, lng=-118.2437)
SAN_FRANCISCO = Point(lat=37.7749, lng=-122.4194)
OAKLAND = Point(lat=37.8044, lng=-122.2712)


@pytest.mark.parametrize(
    ("origin", "destination", "miles", "minutes"),
    [
        (NEW_YORK, LOS_ANGELES, "2814.9", 3094),
        (SAN_FRANCISCO, LOS_ANGELES, "402.0", 462),
        (SAN_FRANCISCO, OAKLAND, "11.7", 27),
        (OAKLAND, OAKLAND, "0.0", 0),
    ],
)
async def test_the_assumptions_give_these_figures(origin: Point, destination: Point, miles: str, minutes: int) -> None:
    route = await GreatCircleRouter().route(origin, destination)
    assert (str(route.distance_miles), route.drive_minutes, route.method) == (miles, minutes, "great_circle")


@given(st.floats(0, 89), st.floats(0, 1))
async def test_farther_is_never_nearer_by_road_or_sooner(lat: float, more: float) -> None:
    router, start = GreatCircleRouter(), Point(lat=0, lng=0)
    near = await router.route(start, Point(lat=lat, lng=0))
    far = await router.route(start, Point(lat=lat + more, lng=0))
    assert far.distance_miles >= near.distance_miles
    assert far.drive_minutes >= near.drive_minutes
    assert near.distance_miles == near.distance_miles.quantize(Decimal("0.1"))


async def test_there_and_back_are_equal() -> None:
    router = GreatCircleRouter()
    assert await router.route(NEW_YORK, OAKLAND) == await router.route(OAKLAND, NEW_YORK)
