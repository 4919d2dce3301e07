"""Postal codes of the United States from a table in a package, time zones from shapes in another: no network.

The table is read at the first question (about 0.2 s, in a thread) and stays in memory.
"""

import asyncio
from functools import lru_cache
from typing import Final

from app.kernel.geo import Point
from app.kernel.ports.geocoding import Located

REMEMBERED_CODES: Final = 8192
ZIP_LENGTH: Final = 5


class OfflineGeocoder:
    """Knows U.S. ZIP codes; of a ZIP+4 the first five digits. Zones are known for the whole earth."""

    def __init__(self) -> None:
        self._is_loaded = False

    async def locate(self, postal_code: str, state: str, country: str) -> Located | None:
        if country != "US":
            return None
        zip_code = postal_code[:ZIP_LENGTH]
        if self._is_loaded:
            row = _find_zip(zip_code)
        else:
            row = await asyncio.to_thread(_find_zip, zip_code)
            self._is_loaded = True
        if row is None:
            return None
        point, city, own_state, zone = row
        return Located(point=point, zone=zone, city=city, state=own_state, state_matches=own_state == state)

    async def zone_at(self, point: Point) -> str:
        return _zone_at(point)


@lru_cache(maxsize=REMEMBERED_CODES)
def _find_zip(zip_code: str) -> tuple[Point, str, str, str] | None:
    import zipcodes  # noqa: PLC0415 - 60 MB and 0.2 s, paid by the process that locates

    if len(zip_code) != ZIP_LENGTH or not (zip_code.isascii() and zip_code.isdigit()):
        return None
    for row in zipcodes.matching(zip_code):  # type: ignore[no-untyped-call]
        point = Point(lat=float(row["lat"] or 0), lng=float(row["long"] or 0))
        # Military mail lies at 0, 0 in the table, which is nowhere.
        if point.lat or point.lng:
            # The table's own zone is wrong or missing for some (99634 has "Napakiak"): the shapes are asked.
            return point, row["city"], row["state"], _zone_at(point)
    return None


def _zone_at(point: Point) -> str:
    import tzfpy  # noqa: PLC0415 - 16 MB, paid by the process that locates

    return tzfpy.get_tz(point.lng, point.lat)
