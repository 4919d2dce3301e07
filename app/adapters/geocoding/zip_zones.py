"""The time zone of each U.S. ZIP code, worked out beforehand: 12 KB instead of the 30 MB of the zones' shapes.

The file names the first ZIP code of each run that shares a zone, in order. It is what `tzfpy` says of the points of
`zipcodes`; after an update of either `python -m app.adapters.geocoding.zip_zones` writes it anew, and a test holds it
to both.
"""

from bisect import bisect
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("zip_zones.txt")


def zone_of(zip_code: str) -> str:
    """The zone of a ZIP code of the table; of any other that of its neighbour before."""
    firsts, zones = _runs()
    return zones[bisect(firsts, zip_code) - 1]


@lru_cache(maxsize=1)
def _runs() -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines = [line.split(" ") for line in FILE.read_text("ascii").splitlines()]
    return tuple(first for first, _ in lines), tuple(zone for _, zone in lines)


def work_out() -> Iterator[str]:
    """The lines of the file, by the shapes of the zones. Takes a second and the libraries' 75 MB."""
    import tzfpy
    import zipcodes

    rows: list[dict[str, str]] = zipcodes.list_all()  # type: ignore[no-untyped-call]
    # The first of a code counts, as it does where the table is read.
    points = {row["zip_code"]: (float(row["long"] or 0), float(row["lat"] or 0)) for row in reversed(rows)}
    before = ""
    for zip_code, (lng, lat) in sorted(points.items()):
        # Military mail lies at 0, 0, which is nowhere.
        zone = tzfpy.get_tz(lng, lat) if lng or lat else before
        if zone != before:
            yield f"{zip_code} {zone}"
        before = zone


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in work_out()), "ascii")
