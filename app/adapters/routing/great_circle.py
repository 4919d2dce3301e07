"""Routes by the guesses of `kernel/roads.py`: within 8 % of a road graph, and no road is looked at."""

from decimal import ROUND_HALF_UP, Decimal
from math import ceil
from typing import Final

from app.kernel.geo import Point
from app.kernel.ports.routing import Route
from app.kernel.roads import road_miles, road_minutes

METHOD: Final = "great_circle"
TENTH: Final = Decimal("0.1")


class GreatCircleRouter:
    async def route(self, origin: Point, destination: Point) -> Route:
        miles = road_miles(origin, destination)
        return Route(
            distance_miles=Decimal(repr(miles)).quantize(TENTH, rounding=ROUND_HALF_UP),
            drive_minutes=ceil(road_minutes(origin, destination)),
            method=METHOD,
        )
