"""Road miles and driving time guessed from the great circle: planning assumptions, no road is looked at.

Miles. Roads are longer than the crow's way, short trips more so. Each further mile as the crow flies counts
for 1.40 road miles within the first ten and for 1.15 beyond. Beside the miles of a road graph, in brackets:
New York to Los Angeles 2,815 (2,803), San Francisco to Los Angeles 402 (384), New York to Boston 221 (224),
Austin to San Antonio 87 (81), San Francisco to Oakland 11.7 (11.9): within 8 %. A strait, a lake or a
mountain between the two is not seen.

Minutes. A loaded truck is taken to make 25 mph on the first 10 road miles, 45 mph on the next 40 and 55 mph
on the rest, without rest or traffic. These speeds are assumptions of ours, not measured.

By mile added to mile both grow with the distance: a farther place is never nearer by road or sooner reached.
"""

from math import inf
from typing import Final

from app.kernel.geo import Point, great_circle_miles

# (up to this many miles as the crow flies, road miles for each)
ROAD_MILES_PER_MILE: Final = ((10.0, 1.40), (inf, 1.15))
# (up to this many road miles, minutes for each)
MINUTES_PER_ROAD_MILE: Final = ((10.0, 60 / 25), (50.0, 60 / 45), (inf, 60 / 55))


def road_miles(start: Point, end: Point) -> float:
    return _summed(great_circle_miles(start, end), ROAD_MILES_PER_MILE)


def road_minutes(start: Point, end: Point) -> float:
    return _summed(road_miles(start, end), MINUTES_PER_ROAD_MILE)


def _summed(length: float, bands: tuple[tuple[float, float], ...]) -> float:
    total, band_start = 0.0, 0.0
    for band_end, per_mile in bands:
        total += max(0.0, min(length, band_end) - band_start) * per_mile
        band_start = band_end
    return total
