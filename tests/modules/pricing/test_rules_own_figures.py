"""Which figures a company may set, how far, and what of them must agree."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.modules.pricing.rules.estimator_figures import CARTON_MIX, CARTONS, FIGURES, VOLUMES, Figure
from app.modules.pricing.rules.own_figures import (
    BOUNDS,
    BY_THE_COMPANY,
    RISES,
    Bounds,
    Told,
    changes_hours,
    has_no_mix,
    shrinking,
    told_from_json,
    told_to_json,
    with_told,
)

pytestmark = pytest.mark.unit
BANDS, HOMES, PACKED = RISES


def test_each_figure_has_bounds_and_is_within_them_for_everybody() -> None:
    assert set(BOUNDS) == set(Figure)
    for code, (least, most) in BOUNDS.items():
        assert least <= FIGURES[code].value <= most, code
    assert BOUNDS[Figure.LB_PER_CUFT] == Bounds(Decimal(1), Decimal(30))


def test_what_is_told_stands_in_the_place_of_everybodys_and_says_whose_it_is() -> None:
    told = {Figure.LOOSE_ITEM: Decimal("45.5"), Figure.MIX_BOOK: Decimal(0)}
    figures = with_told(told)
    assert list(figures) == list(FIGURES)
    for code, figure in figures.items():
        common = FIGURES[code]
        mine = Figure(code) in told if code in list(Figure) else False
        assert figure == (common._replace(value=told[Figure(code)], source=BY_THE_COMPANY) if mine else common)


def test_what_is_stored_comes_back() -> None:
    told = {Figure.LOOSE_ITEM: Decimal("45.50"), Figure.STUDIO_CARTONS: Decimal(3)}
    assert told_to_json(told) == {"loose_item": "45.50", "studio_cartons": "3"}
    assert told_from_json(told_to_json(told)) == told


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({}, []),
        # Together with everybody's 18 and 32.
        ({Figure.CREW_OF_TWO: "18"}, []),
        ({Figure.CREW_OF_TWO: "18.01"}, [Figure.CREW_OF_THREE]),
        ({Figure.CREW_OF_FOUR: "17"}, [Figure.CREW_OF_FOUR]),
        ({Figure.CREW_OF_TWO: "30", Figure.CREW_OF_THREE: "20", Figure.CREW_OF_FOUR: "10"}, list(BANDS.figures[1:])),
        ({Figure.CREW_OF_TWO: "40", Figure.CREW_OF_THREE: "50", Figure.CREW_OF_FOUR: "50"}, []),
    ],
)
def test_bands_grow_with_the_crew(told: dict[Figure, str], found: list[Figure]) -> None:
    assert shrinking({code: Decimal(value) for code, value in told.items()}, BANDS) == found


def test_larger_homes_hold_no_less() -> None:
    for rise, figures in ((HOMES, VOLUMES), (PACKED, CARTONS)):
        sizes = list(figures.values())
        assert rise.figures == tuple(sizes)
        assert shrinking({sizes[0]: FIGURES[sizes[1]].value}, rise) == []
        assert shrinking({sizes[0]: FIGURES[sizes[1]].value + 1}, rise) == [sizes[1]]
        assert shrinking({sizes[4]: Decimal(0)}, rise) == [sizes[4]]
    assert (BANDS.code, HOMES.code, PACKED.code) == ("bands_shrink", "homes_shrink", "homes_shrink")


def test_some_kind_of_carton_is_left() -> None:
    none = dict.fromkeys(CARTON_MIX.values(), Decimal(0))
    assert has_no_mix(none)
    assert not has_no_mix({})
    assert not has_no_mix(none | {Figure.MIX_WARDROBE: Decimal("0.5")})
    assert not has_no_mix({code: value for code, value in none.items() if code is not Figure.MIX_DISH_PACK})


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({}, {}, False),
        ({}, {Figure.LOOSE_ITEM: Decimal(45)}, True),
        ({Figure.LOOSE_ITEM: Decimal(45)}, {Figure.LOOSE_ITEM: Decimal("45.0")}, False),
        ({Figure.LOOSE_ITEM: Decimal(45)}, {Figure.LOOSE_ITEM: Decimal(46)}, True),
        ({Figure.STUDIO_VOLUME: Decimal(400)}, {}, True),
        ({}, {Figure.STUDIO_CARTONS: Decimal(30), Figure.TRUCK_LOAD: Decimal(9000)}, False),
        ({}, {Figure.P90_RATIO: Decimal(2)}, False),
    ],
)
def test_what_makes_hours_begins_a_pace_anew(before: Told, after: Told, changes: bool) -> None:
    assert changes_hours(before, after) is changes
