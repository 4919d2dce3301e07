"""A company's own things and its own pace, in its estimates."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.pricing.rules import CATALOGUE, estimate, packing_of
from app.modules.pricing.rules.estimator_figures import OWN_RATIO, Figure
from app.modules.pricing.rules.learning import Learned, SizeClass, SizeRatio
from app.modules.pricing.rules.own import (
    COMMON,
    Own,
    OwnItem,
    estimate_own,
    hours_at_pace,
    items_from_json,
    items_to_json,
    own_from_json,
    pace_to_json,
)
from app.modules.pricing.rules.own_figures import BY_THE_COMPANY, told_to_json, with_told
from app.modules.pricing.values import EstimateRequest, HomeSize, ItemCount

pytestmark = pytest.mark.unit
SOFA = "sofa_3_seat"
LARGER = OwnItem(SOFA, volume_cuft=Decimal(80), disassembly_minutes=30)
SLOW = Learned(
    40,
    {size: SizeRatio(13, Decimal(ratio)) for size, ratio in zip(SizeClass, ("1.1", "1.25", "1.4"), strict=True)},
    Decimal("1.6"),
)


def own(*items: OwnItem, learned: Learned | None = None) -> Own:
    return own_from_json(items_to_json(items), None if learned is None else pace_to_json(learned))


def test_what_is_not_said_is_as_in_the_catalogue() -> None:
    before, after = CATALOGUE[SOFA], own(LARGER).items[SOFA]
    assert (after.volume_cuft, after.disassembly_minutes) == (Decimal(80), 30)
    assert (after.weight_lb, after.name, after.categories) == (before.weight_lb, before.name, before.categories)


def test_own_things_change_volume_and_hours_and_are_shown() -> None:
    request = EstimateRequest(items=(ItemCount(SOFA, 3), ItemCount("carton_book", 30)))
    common, mine = estimate(request), estimate_own(request, own(LARGER))
    assert mine.volume_cuft - common.volume_cuft == 3 * (80 - CATALOGUE[SOFA].volume_cuft)
    assert mine.weight_lb == common.weight_lb
    assert mine.person_hours > common.person_hours + Decimal("1.4")
    shown = [factor for factor in mine.factors if factor.code == "own_items"]
    assert [(factor.value, factor.unit) for factor in shown] == [(Decimal(3), "piece")]
    assert not [factor for factor in common.factors if factor.code == "own_items"]


def test_a_weighed_thing_keeps_its_weight() -> None:
    request = EstimateRequest(items=(ItemCount(SOFA, 1, Decimal(999)),))
    assert estimate_own(request, own(OwnItem(SOFA, weight_lb=Decimal(100)))).weight_lb == 999
    assert (
        estimate_own(EstimateRequest(items=(ItemCount(SOFA, 2),)), own(OwnItem(SOFA, None, Decimal(100)))).weight_lb
        == 200
    )


def test_things_that_are_not_moved_change_nothing() -> None:
    request = EstimateRequest(home_size=HomeSize.TWO_BEDROOM)
    assert estimate_own(request, own(LARGER)) == estimate(request) == estimate_own(request, COMMON)


def test_the_pace_of_the_size_is_shown_with_its_jobs() -> None:
    made = estimate_own(EstimateRequest(home_size=HomeSize.TWO_BEDROOM), own(learned=SLOW))
    figures = {factor.code: factor for factor in made.factors}
    assert (figures[OWN_RATIO].value, figures[Figure.P90_RATIO].value) == (Decimal("1.25"), Decimal("1.6"))
    assert figures[OWN_RATIO].source == "40 own jobs, 13 of them medium"
    assert made.duration_hours.p90 == made.duration_hours.p50 * Decimal("1.6")


@given(
    st.lists(st.tuples(st.sampled_from(sorted(CATALOGUE)), st.integers(1, 9)), min_size=1, max_size=6),
    st.decimals("0.3", "3.5", places=3),
    st.decimals("1", "2.5", places=2),
)
def test_hours_at_its_pace_are_those_of_the_whole_estimate(
    things: list[tuple[str, int]], ratio: Decimal, p90: Decimal
) -> None:
    request = EstimateRequest(items=tuple(ItemCount(code, count) for code, count in things))
    pace = own(learned=Learned(30, {size: SizeRatio(10, ratio) for size in SizeClass}, p90))
    common, whole = estimate(request), estimate_own(request, pace)
    assert hours_at_pace(common.exact_hours, common.volume_cuft, pace) == whole.duration_hours
    assert (whole.crew_size, whole.person_hours) == (common.crew_size, common.person_hours)


def test_what_is_stored_comes_back() -> None:
    items = (LARGER, OwnItem("piano_upright", weight_lb=Decimal("512.5")))
    assert items_from_json(json.loads(json.dumps(items_to_json(items)))) == items
    assert own_from_json([], json.loads(json.dumps(pace_to_json(SLOW)))).learned == SLOW
    gone = [{"code": "no_such_thing", "volume_cuft": "5", "weight_lb": None, "disassembly_minutes": None}]
    assert own_from_json(gone, None) == COMMON


def test_a_home_holds_what_the_company_says_in_cartons_of_its_mix() -> None:
    told = {Figure.STUDIO_VOLUME: Decimal(420), Figure.STUDIO_CARTONS: Decimal(40), Figure.MIX_BOOK: Decimal(100)}
    mine = own_from_json([], None, told_to_json(told))
    request = EstimateRequest(home_size=HomeSize.STUDIO)
    made = estimate_own(request, mine)
    assert (made.volume_cuft, made.weight_lb) == (Decimal(420), Decimal(420 * 7))
    assert made.person_hours == 4
    # 100 of 170 parts are book cartons: 23.5 of 40, beside 8.2, 3.5, 1.2, 2.4 and 1.2.
    counted = {carton.code: carton.quantity for carton in made.cartons}
    assert counted == {
        "carton_book": 24,
        "carton_medium": 8,
        "carton_large": 4,
        "carton_extra_large": 1,
        "dish_pack": 2,
        "wardrobe_carton": 1,
    }
    sources = {factor.code: factor.source for factor in made.factors}
    assert sources["volume"] == sources[Figure.STUDIO_VOLUME] == sources[Figure.MIX_BOOK] == BY_THE_COMPANY
    assert sources[Figure.MIX_LARGE] != BY_THE_COMPANY
    assert [one.code for one in mine.factors(made.volume_cuft, request)] == list(told)
    # Another home, and a list, are as everybody's; a larger home of the same mix is not.
    assert mine.told(None) == ()
    assert [one.code for one in mine.told(HomeSize.TWO_BEDROOM)] == [Figure.MIX_BOOK]


def test_packing_is_by_its_cartons_an_hour_and_what_is_not_set_is_the_table_itself() -> None:
    assert packing_of(8, figures=with_told({Figure.CARTONS_PER_HOUR: Decimal(1)})).hours == 8
    assert with_told({}) is COMMON.base
    assert not any(COMMON.told(size) for size in (None, *HomeSize))
