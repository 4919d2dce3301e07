"""The way between two points, as a truck drives it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from app.kernel.geo import Point


class RouteNotFound(Exception):
    """No road leads from one point to the other, or the provider does not know one."""


@dataclass(frozen=True, slots=True)
class Route:
    """Miles to a tenth, whole minutes of driving without traffic or rest, and how they were found."""

    distance_miles: Decimal
    drive_minutes: int
    method: str


class Router(Protocol):
    async def route(self, origin: Point, destination: Point) -> Route:
        """Raises: RouteNotFound. Never called while a transaction is open."""
        ...
