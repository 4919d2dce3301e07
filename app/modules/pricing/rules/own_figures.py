"""Which figures of the estimator a company may set, and how far. All pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from app.modules.pricing.rules.estimator_figures import FIGURES, Figure
from app.modules.pricing.values import Factor

BY_THE_COMPANY: Final = "the company"


class Bounds(NamedTuple):
    """What a figure may be; both included."""

    least: Decimal
    most: Decimal


def _within(least: str, most: str) -> Bounds:
    return Bounds(Decimal(least), Decimal(most))


# All but the company's own ratio, which is learned from its jobs.
BOUNDS: Final[Mapping[Figure, Bounds]] = MappingProxyType(
    {
        Figure.LB_PER_CUFT: _within("1", "30"),
        Figure.CUFT_PER_MOVER_HOUR: _within("20", "500"),
        Figure.LOAD_WEIGHT: _within("1", "20"),
        Figure.UNLOAD_WEIGHT: _within("1", "20"),
        Figure.PER_FLIGHT: _within("0", "2"),
        Figure.PER_ELEVATOR_END: _within("0", "2"),
        Figure.PER_CARRY_STEP: _within("0", "2"),
        Figure.FREE_CARRY: _within("0", "1000"),
        Figure.CARRY_STEP: _within("10", "1000"),
        Figure.LOOSE_ITEM: _within("0", "600"),
        Figure.CARTONS_PER_HOUR: _within("1", "60"),
        Figure.CREW_OF_TWO: _within("1", "200"),
        Figure.CREW_OF_THREE: _within("1", "200"),
        Figure.CREW_OF_FOUR: _within("1", "200"),
        Figure.PER_FURTHER_MOVER: _within("1", "100"),
        Figure.CREW_OVERHEAD: _within("0", "0.5"),
        Figure.HOURS_STEP: _within("0.05", "4"),
        Figure.P90_RATIO: _within("1", "4"),
        Figure.TRUCK_VOLUME: _within("100", "5000"),
        Figure.TRUCK_LOAD: _within("500", "60000"),
        Figure.TRUCK_SLACK: _within("0", "1"),
    }
)
CREW_BANDS: Final = (Figure.CREW_OF_TWO, Figure.CREW_OF_THREE, Figure.CREW_OF_FOUR)
# What the hours of a job with its crew are made of: a pace that was learned beside others of these says nothing.
OF_HOURS: Final = frozenset(
    {
        Figure.CUFT_PER_MOVER_HOUR,
        Figure.LOAD_WEIGHT,
        Figure.UNLOAD_WEIGHT,
        Figure.PER_FLIGHT,
        Figure.PER_ELEVATOR_END,
        Figure.PER_CARRY_STEP,
        Figure.FREE_CARRY,
        Figure.CARRY_STEP,
        Figure.LOOSE_ITEM,
        Figure.CREW_OVERHEAD,
    }
)

Told = Mapping[Figure, Decimal]


def with_told(told: Told) -> Mapping[str, Factor]:
    """The figures that hold for all, and those of the company in their place."""
    if not told:
        return FIGURES
    own: dict[str, Factor] = {
        code: FIGURES[code]._replace(value=value, source=BY_THE_COMPANY) for code, value in told.items()
    }
    return {**FIGURES, **own}


def shrinking_bands(told: Told) -> list[Figure]:
    """The crew bands that end before a smaller crew's."""
    ends = [told.get(band, FIGURES[band].value) for band in CREW_BANDS]
    return [band for band, end, before in zip(CREW_BANDS[1:], ends[1:], ends, strict=False) if end < before]


def changes_hours(before: Told, after: Told) -> bool:
    return any(before.get(code) != after.get(code) for code in OF_HOURS)


def told_to_json(told: Told) -> dict[str, str]:
    return {code.value: str(value) for code, value in told.items()}


def told_from_json(stored: Mapping[str, str]) -> dict[Figure, Decimal]:
    return {Figure(code): Decimal(value) for code, value in stored.items()}
