from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.kernel.geo import EARTH_RADIUS_MILES, Point, great_circle_miles

pytestmark = pytest.mark.unit

points = st.builds(Point, lat=st.floats(-90, 90), lng=st.floats(-180, 180))


@pytest.mark.parametrize(
    ("start", "end", "miles"),
    [
        ((40.6413, -73.7781), (33.9416, -118.4085), 2469.1),  # JFK to LAX
        ((37.7749, -122.4194), (37.8044, -122.2712), 8.34),
        ((0, 0), (0, 1), 69.1),
        ((0, 179.5), (0, -179.5), 69.1),
        ((0, 0), (0, 180), EARTH_RADIUS_MILES * 3.14159265),
    ],
)
def test_known_distances(start: tuple[float, float], end: tuple[float, float], miles: float) -> None:
    distance = great_circle_miles(Point(lat=start[0], lng=start[1]), Point(lat=end[0], lng=end[1]))
    assert distance == pytest.approx(miles, rel=0.003)


@given(points, points)
def test_distance_is_symmetric_bounded_and_nought_to_oneself(start: Point, end: Point) -> None:
    assert great_circle_miles(start, end) == pytest.approx(great_circle_miles(end, start))
    assert 0 <= great_circle_miles(start, end) <= EARTH_RADIUS_MILES * 3.1416
    assert great_circle_miles(start, start) == 0


@pytest.mark.parametrize(
    "told",
    [
        {"lat": 90.01, "lng": 0},
        {"lat": 0, "lng": -180.01},
        {"lat": float("nan"), "lng": 0},
        {"lat": float("inf"), "lng": 0},
        {"lat": "37.7", "lng": 0},
        {"lat": True, "lng": 0},
        {"lat": 1},
        {"lat": 1, "lng": 1, "alt": 1},
    ],
)
def test_what_is_no_point_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Point.model_validate(told)
