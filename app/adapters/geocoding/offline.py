"""Postal codes of the United States from a table in a package, time zones from shapes in another: no network.

The table is read once, beside whatever the process does, and stays in memory; a question that comes sooner waits for
it. The zones of its codes are worked out beforehand: the shapes themselves are loaded when somebody asks for a point.
"""

import asyncio
import logging
import subprocess
import sys
from functools import lru_cache
from threading import Lock
from typing import Final

from app.adapters.geocoding.zip_zones import zone_of
from app.kernel.geo import Point
from app.kernel.ports.geocoding import Located

logger = logging.getLogger("movehub.geocoding")
REMEMBERED_CODES: Final = 8192
ZIP_LENGTH: Final = 5
ONE_READS: Final = Lock()


class OfflineGeocoder:
    """Knows U.S. ZIP codes; of a ZIP+4 the first five digits. Zones are known for the whole earth."""

    def __init__(self) -> None:
        self._loading: asyncio.Task[object] | None = None

    async def prepare(self) -> None:
        try:
            await self._load()
        except (OSError, subprocess.SubprocessError) as error:
            logger.warning("the postal codes could not be read yet", extra={"error": type(error).__name__})

    async def locate(self, postal_code: str, state: str, country: str) -> Located | None:
        if country != "US":
            return None
        zip_code = postal_code[:ZIP_LENGTH]
        await self._load()
        row = _find_zip(zip_code)
        if row is None:
            return None
        point, city, own_state, zone = row
        return Located(point=point, zone=zone, city=city, state=own_state, state_matches=own_state == state)

    async def _load(self) -> None:
        # One for all: a crowd of first questions would start as many processes, each reading the whole table. And not
        # given up with the question that began it: on a busy machine each next one would begin it anew, beside those.
        if self._loading is None or _has_failed(self._loading):
            # Any code would do: it reads the table.
            self._loading = asyncio.create_task(asyncio.to_thread(_find_zip, "10007"))
        if not self._loading.done():
            await asyncio.shield(self._loading)

    async def zone_at(self, point: Point) -> str:
        import tzfpy  # 30 MB, paid by the process that is asked for a point

        return tzfpy.get_tz(point.lng, point.lat)


def _has_failed(task: asyncio.Task[object]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _table() -> bytes:
    with ONE_READS:  # the cache alone would let whoever asks meanwhile read it too
        return _read_table()


@lru_cache(maxsize=1)
def _read_table() -> bytes:
    """Lines of `ZIP latitude longitude state city`, 2 MB; finding one takes a tenth of a millisecond, once.

    The package holds the same in 45 MB, so a process of its own reads it and tells us the lines.
    """
    command = [sys.executable, "-c", TELL_TABLE]
    return b"\n" + subprocess.run(command, check=True, capture_output=True, timeout=30).stdout  # noqa: S603


TELL_TABLE: Final = """
import zipcodes
for row in zipcodes.list_all():
    lat, lng = float(row["lat"] or 0), float(row["long"] or 0)
    # Military mail lies at 0, 0 in the table, which is nowhere.
    if lat or lng:
        print(row["zip_code"], lat, lng, row["state"], row["city"])
"""


@lru_cache(maxsize=REMEMBERED_CODES)
def _find_zip(zip_code: str) -> tuple[Point, str, str, str] | None:
    if len(zip_code) != ZIP_LENGTH or not (zip_code.isascii() and zip_code.isdigit()):
        return None
    table = _table()
    start = table.find(f"\n{zip_code} ".encode())
    if start < 0:
        return None
    line = table[start + 1 : table.find(b"\n", start + 1)].decode()
    _, lat, lng, state, city = line.split(" ", 4)
    # The table's own zone is wrong or missing for some (99634 has "Napakiak").
    return Point(lat=float(lat), lng=float(lng)), city, state, zone_of(zip_code)
