"""Which figures of the estimator a company may set, and how far. All pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final, NamedTuple

from app.modules.pricing.rules.estimator_figures import CARTON_MIX, CARTONS, FIGURES, VOLUMES, Figure
from app.modules.pricing.values import Factor

BY_THE_COMPANY: Final = "the company"


class Bounds(NamedTuple):
    """What a figure may be; both included."""

    least: Decimal
    most: Decimal


def _within(least: str, most: str) -> Bounds:
    return Bounds(Decimal(least), Decimal(most))


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
        # A town's homes are not another kind of homes: one of four bedrooms that holds a closet is a price to be found
        # first with, and a truck that it does not go into.
        **{figure: Bounds(FIGURES[figure].value / 2, FIGURES[figure].value * 3) for figure in VOLUMES.values()},
        **{figure: _within("0", "1000") for figure in CARTONS.values()},
        **{figure: _within("0", "100") for figure in CARTON_MIX.values()},
    }
)
# Nobody packs half a carton.
WHOLE: Final = frozenset(CARTONS.values())


class Rise(NamedTuple):
    """Figures of which each is at least the one before it, and the code of the refusal where one is not."""

    figures: tuple[Figure, ...]
    code: str
    reason: str


RISES: Final = (
    Rise(
        (Figure.CREW_OF_TWO, Figure.CREW_OF_THREE, Figure.CREW_OF_FOUR),
        "bands_shrink",
        "must not end before the band of a smaller crew",
    ),
    Rise(tuple(VOLUMES.values()), "homes_shrink", "must not be less than that of a smaller home"),
    Rise(tuple(CARTONS.values()), "homes_shrink", "must not be less than that of a smaller home"),
)
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
        *VOLUMES.values(),
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


def shrinking(told: Told, rise: Rise) -> list[Figure]:
    """Those of a rise that are less than the one before them."""
    values = [told.get(figure, FIGURES[figure].value) for figure in rise.figures]
    return [
        figure for figure, value, before in zip(rise.figures[1:], values[1:], values, strict=False) if value < before
    ]


def has_no_mix(told: Told) -> bool:
    """Whether no kind of carton is left that a home's things go into."""
    return not any(told.get(part, FIGURES[part].value) for part in CARTON_MIX.values())


def changes_hours(before: Told, after: Told) -> bool:
    return any(before.get(code) != after.get(code) for code in OF_HOURS)


def told_to_json(told: Told) -> dict[str, str]:
    return {code.value: str(value) for code, value in told.items()}


def told_from_json(stored: Mapping[str, str]) -> dict[Figure, Decimal]:
    return {Figure(code): Decimal(value) for code, value in stored.items()}
