"""The figures the estimator works with: each a row with its source, to be replaced by a company's own.

The crew bands, the p90 ratio and the mix of cartons are starting guesses: the sources give only points, or totals.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.modules.pricing.values import Factor, HomeSize


class Figure(StrEnum):
    """Each may be a company's own."""

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
    P90_RATIO = "p90_ratio"
    TRUCK_VOLUME = "truck_volume"
    TRUCK_LOAD = "truck_load"
    TRUCK_SLACK = "truck_slack"
    STUDIO_VOLUME = "studio_volume"
    ONE_BEDROOM_VOLUME = "one_bedroom_volume"
    TWO_BEDROOM_VOLUME = "two_bedroom_volume"
    THREE_BEDROOM_VOLUME = "three_bedroom_volume"
    FOUR_BEDROOM_VOLUME = "four_bedroom_volume"
    STUDIO_CARTONS = "studio_cartons"
    ONE_BEDROOM_CARTONS = "one_bedroom_cartons"
    TWO_BEDROOM_CARTONS = "two_bedroom_cartons"
    THREE_BEDROOM_CARTONS = "three_bedroom_cartons"
    FOUR_BEDROOM_CARTONS = "four_bedroom_cartons"
    MIX_BOOK = "mix_carton_book"
    MIX_MEDIUM = "mix_carton_medium"
    MIX_LARGE = "mix_carton_large"
    MIX_EXTRA_LARGE = "mix_carton_extra_large"
    MIX_DISH_PACK = "mix_dish_pack"
    MIX_WARDROBE = "mix_wardrobe_carton"


# The company's own ratio is learned from its jobs, and never set.
OWN_RATIO: Final = "own_ratio"

# What a home of a size holds, where nobody has counted, the smallest first.
VOLUMES: Final[Mapping[HomeSize, Figure]] = MappingProxyType(
    {
        HomeSize.STUDIO: Figure.STUDIO_VOLUME,
        HomeSize.ONE_BEDROOM: Figure.ONE_BEDROOM_VOLUME,
        HomeSize.TWO_BEDROOM: Figure.TWO_BEDROOM_VOLUME,
        HomeSize.THREE_BEDROOM: Figure.THREE_BEDROOM_VOLUME,
        HomeSize.FOUR_BEDROOM: Figure.FOUR_BEDROOM_VOLUME,
    }
)
CARTONS: Final[Mapping[HomeSize, Figure]] = MappingProxyType(
    {
        HomeSize.STUDIO: Figure.STUDIO_CARTONS,
        HomeSize.ONE_BEDROOM: Figure.ONE_BEDROOM_CARTONS,
        HomeSize.TWO_BEDROOM: Figure.TWO_BEDROOM_CARTONS,
        HomeSize.THREE_BEDROOM: Figure.THREE_BEDROOM_CARTONS,
        HomeSize.FOUR_BEDROOM: Figure.FOUR_BEDROOM_CARTONS,
    }
)
# Of all cartons of a home, so many parts are of each kind of the catalogue.
CARTON_MIX: Final[Mapping[str, Figure]] = MappingProxyType(
    {
        "carton_book": Figure.MIX_BOOK,
        "carton_medium": Figure.MIX_MEDIUM,
        "carton_large": Figure.MIX_LARGE,
        "carton_extra_large": Figure.MIX_EXTRA_LARGE,
        "dish_pack": Figure.MIX_DISH_PACK,
        "wardrobe_carton": Figure.MIX_WARDROBE,
    }
)
OF_HOMES: Final = frozenset({*VOLUMES.values(), *CARTONS.values(), *CARTON_MIX.values()})


_GUESS: Final = "starting guess until 30 own jobs are known"
_ACCESS: Final = "paynefreemoving, easydays, unimovers"
_PRODUCTIVITY: Final = "1,650 cuft in 4.5 + 3.375 h by two movers (easydays, unimovers)"

# The middle of the ranges, and the lower end where the range is open.
_VOLUME: Final = "movingtrucksize.com"
_CARTONS: Final = "olympiamoving.com"
_OURS: Final = "starting guess"

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
    Factor(Figure.CARTONS_PER_HOUR, "Cartons that are packed in an hour", Decimal(10), "carton/h", _OURS),
    Factor(Figure.CREW_OF_TWO, "Two movers up to", Decimal(10), "person-hour", _GUESS),
    Factor(Figure.CREW_OF_THREE, "Three movers up to", Decimal(18), "person-hour", _GUESS),
    Factor(Figure.CREW_OF_FOUR, "Four movers up to", Decimal(32), "person-hour", _GUESS),
    Factor(Figure.PER_FURTHER_MOVER, "One mover more for each started", Decimal(8), "person-hour", _GUESS),
    Factor(Figure.CREW_OVERHEAD, "Lost for each mover above two", Decimal("0.03"), "share", "30 % less per mover"),
    Factor(Figure.HOURS_STEP, "Hours are rounded up to", Decimal("0.25"), "h", "move-mates"),
    Factor(OWN_RATIO, "Hours of the company for each by these figures", Decimal(1), "ratio", _GUESS),
    Factor(Figure.P90_RATIO, "Nine in ten jobs take at most this times the half", Decimal("1.45"), "ratio", _GUESS),
    Factor(Figure.TRUCK_VOLUME, "Room of a 26 ft truck", Decimal(1600), "cuft", "1,400-1,700 cuft"),
    Factor(Figure.TRUCK_LOAD, "Load of a 26 ft truck", Decimal(10000), "lb", "10,000-12,000 lb"),
    Factor(Figure.TRUCK_SLACK, "Room kept free in a truck", Decimal("0.15"), "share", "skyline-relocation"),
    Factor(Figure.STUDIO_VOLUME, "What a studio holds", Decimal(300), "cuft", _VOLUME),
    Factor(Figure.ONE_BEDROOM_VOLUME, "What a home of one bedroom holds", Decimal(500), "cuft", _VOLUME),
    Factor(Figure.TWO_BEDROOM_VOLUME, "What a home of two bedrooms holds", Decimal(1000), "cuft", _VOLUME),
    Factor(Figure.THREE_BEDROOM_VOLUME, "What a home of three bedrooms holds", Decimal(1400), "cuft", _VOLUME),
    Factor(Figure.FOUR_BEDROOM_VOLUME, "What a home of four bedrooms holds", Decimal(1800), "cuft", _VOLUME),
    Factor(Figure.STUDIO_CARTONS, "Cartons of a studio", Decimal(22), "carton", _OURS),
    Factor(Figure.ONE_BEDROOM_CARTONS, "Cartons of a home of one bedroom", Decimal(45), "carton", _CARTONS),
    Factor(Figure.TWO_BEDROOM_CARTONS, "Cartons of a home of two bedrooms", Decimal(54), "carton", _CARTONS),
    Factor(Figure.THREE_BEDROOM_CARTONS, "Cartons of a home of three bedrooms", Decimal(100), "carton", _CARTONS),
    Factor(Figure.FOUR_BEDROOM_CARTONS, "Cartons of a home of four bedrooms", Decimal(120), "carton", _OURS),
    Factor(Figure.MIX_BOOK, "Book cartons among the cartons of a home", Decimal(30), "part", _OURS),
    Factor(Figure.MIX_MEDIUM, "Medium cartons among the cartons of a home", Decimal(35), "part", _OURS),
    Factor(Figure.MIX_LARGE, "Large cartons among the cartons of a home", Decimal(15), "part", _OURS),
    Factor(Figure.MIX_EXTRA_LARGE, "Extra large cartons among the cartons of a home", Decimal(5), "part", _OURS),
    Factor(Figure.MIX_DISH_PACK, "Dish packs among the cartons of a home", Decimal(10), "part", _OURS),
    Factor(Figure.MIX_WARDROBE, "Wardrobe cartons among the cartons of a home", Decimal(5), "part", _OURS),
)
FIGURES: Final[Mapping[str, Factor]] = MappingProxyType({row.code: row for row in _ROWS})


_OF_EVERY_LOAD: Final = tuple(code for code in FIGURES if code not in OF_HOMES)
# By home size, in the order of the table; None: of a list.
_APPLYING: Final[Mapping[HomeSize | None, tuple[str, ...]]] = MappingProxyType(
    {
        None: _OF_EVERY_LOAD,
        **{size: (*_OF_EVERY_LOAD, VOLUMES[size], CARTONS[size], *CARTON_MIX.values()) for size in HomeSize},
    }
)


def applying(figures: Mapping[str, Factor], home_size: HomeSize | None) -> tuple[Factor, ...]:
    """Those that make a difference to the load of such a home, or (None) of a list."""
    return tuple([figures[code] for code in _APPLYING[home_size]])
