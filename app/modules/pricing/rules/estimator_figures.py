"""The figures the estimator works with: each a row with its source, to be replaced by a company's own.

The crew bands and the p90 ratio are starting guesses: the sources give only points.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from app.modules.pricing.values import Factor, HomeSize


class Figure(StrEnum):
    LB_PER_CUFT = "lb_per_cuft"
    CUFT_PER_MOVER_HOUR = "cuft_per_mover_hour"
    LOAD_WEIGHT = "load_weight"
    UNLOAD_WEIGHT = "unload_weight"
    PER_FLIGHT = "per_flight"
    PER_ELEVATOR_END = "per_elevator_end"
    PER_CARRY_STEP = "per_carry_step"
    FREE_CARRY = "free_carry"
    CARRY_STEP = "carry_step"
    LOOSE_ITEM = "loose_item"
    CARTONS_PER_HOUR = "cartons_per_hour"
    CREW_OF_TWO = "crew_of_two"
    CREW_OF_THREE = "crew_of_three"
    CREW_OF_FOUR = "crew_of_four"
    PER_FURTHER_MOVER = "per_further_mover"
    CREW_OVERHEAD = "crew_overhead"
    HOURS_STEP = "hours_step"
    OWN_RATIO = "own_ratio"
    P90_RATIO = "p90_ratio"
    TRUCK_VOLUME = "truck_volume"
    TRUCK_LOAD = "truck_load"
    TRUCK_SLACK = "truck_slack"


_GUESS: Final = "starting guess until 30 own jobs are known"
_ACCESS: Final = "paynefreemoving, easydays, unimovers"
_PRODUCTIVITY: Final = "1,650 cuft in 4.5 + 3.375 h by two movers (easydays, unimovers)"

_ROWS: Final = (
    Factor(Figure.LB_PER_CUFT, "Pounds for each cubic foot", Decimal(7), "lb/cuft", "arpinri, MAX4 item 116"),
    Factor(
        Figure.CUFT_PER_MOVER_HOUR,
        "Cubic feet that a mover loads and unloads in an hour",
        Decimal(105),
        "cuft/h",
        _PRODUCTIVITY,
    ),
    Factor(Figure.LOAD_WEIGHT, "Loading, in parts of the work", Decimal(4), "part", "easydays, unimovers"),
    Factor(Figure.UNLOAD_WEIGHT, "Unloading, 75 % of loading", Decimal(3), "part", "easydays, unimovers"),
    Factor(Figure.PER_FLIGHT, "More work for each floor without elevator", Decimal("0.20"), "share", _ACCESS),
    Factor(Figure.PER_ELEVATOR_END, "More work at an end with an elevator", Decimal("0.25"), "share", _ACCESS),
    Factor(Figure.PER_CARRY_STEP, "More work for each started carry step", Decimal("0.20"), "share", _ACCESS),
    Factor(Figure.FREE_CARRY, "Carry that costs nothing more", Decimal(50), "ft", _ACCESS),
    Factor(Figure.CARRY_STEP, "Carry step", Decimal(50), "ft", _ACCESS),
    Factor(Figure.LOOSE_ITEM, "Each thing that is in no carton", Decimal(30), "s", "easydays, unimovers"),
    Factor(Figure.CARTONS_PER_HOUR, "Cartons that are packed in an hour", Decimal(10), "carton/h", "starting guess"),
    Factor(Figure.CREW_OF_TWO, "Two movers up to", Decimal(10), "person-hour", _GUESS),
    Factor(Figure.CREW_OF_THREE, "Three movers up to", Decimal(18), "person-hour", _GUESS),
    Factor(Figure.CREW_OF_FOUR, "Four movers up to", Decimal(32), "person-hour", _GUESS),
    Factor(Figure.PER_FURTHER_MOVER, "One mover more for each started", Decimal(8), "person-hour", _GUESS),
    Factor(Figure.CREW_OVERHEAD, "Lost for each mover above two", Decimal("0.03"), "share", "30 % less per mover"),
    Factor(Figure.HOURS_STEP, "Hours are rounded up to", Decimal("0.25"), "h", "move-mates"),
    Factor(Figure.OWN_RATIO, "Hours of the company for each by these figures", Decimal(1), "ratio", _GUESS),
    Factor(Figure.P90_RATIO, "Nine in ten jobs take at most this times the half", Decimal("1.45"), "ratio", _GUESS),
    Factor(Figure.TRUCK_VOLUME, "Room of a 26 ft truck", Decimal(1600), "cuft", "1,400-1,700 cuft"),
    Factor(Figure.TRUCK_LOAD, "Load of a 26 ft truck", Decimal(10000), "lb", "10,000-12,000 lb"),
    Factor(Figure.TRUCK_SLACK, "Room kept free in a truck", Decimal("0.15"), "share", "skyline-relocation"),
)
FIGURES: Final[Mapping[str, Factor]] = MappingProxyType({row.code: row for row in _ROWS})


class Home(NamedTuple):
    """What a home of a size holds, where nobody has counted."""

    volume_cuft: Decimal
    cartons: int


# Volumes: the middle of the ranges of movingtrucksize.com, and the lower end where the range is open.
# Cartons: olympiamoving.com; studio and four bedrooms are ours.
HOMES: Final[Mapping[HomeSize, Home]] = MappingProxyType(
    {
        HomeSize.STUDIO: Home(Decimal(300), 22),
        HomeSize.ONE_BEDROOM: Home(Decimal(500), 45),
        HomeSize.TWO_BEDROOM: Home(Decimal(1000), 54),
        HomeSize.THREE_BEDROOM: Home(Decimal(1400), 100),
        HomeSize.FOUR_BEDROOM: Home(Decimal(1800), 120),
    }
)
HOMES_SOURCE: Final = "movingtrucksize.com, olympiamoving.com"

# Of a hundred cartons, so many of each kind: our own starting guess, as no source splits its totals.
CARTON_MIX: Final[Mapping[str, int]] = MappingProxyType(
    {
        "carton_book": 30,
        "carton_medium": 35,
        "carton_large": 15,
        "carton_extra_large": 5,
        "dish_pack": 10,
        "wardrobe_carton": 5,
    }
)
