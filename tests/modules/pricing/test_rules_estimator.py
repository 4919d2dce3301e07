"""The estimator of the trade notes, figure by figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.kernel.places import Access
from app.modules.pricing.errors import UnknownItem
from app.modules.pricing.rules import CATALOGUE, end_of, estimate, find_items
from app.modules.pricing.rules.estimator_figures import CARTON_MIX, CARTONS, FIGURES, OF_HOMES, VOLUMES, Figure
from app.modules.pricing.values import End, EstimateRequest, HomeSize, ItemCount

pytestmark = pytest.mark.unit


def of_volume(cuft: int, pickup: End = End(), dropoff: End = End()) -> EstimateRequest:  # noqa: B008 - frozen
    """A load of so many cubic feet (a multiple of three) in cartons, which add no work of their own."""
    assert cuft % 3 == 0
    return EstimateRequest(items=(ItemCount("carton_medium", cuft // 3),), pickup=pickup, dropoff=dropoff)


@pytest.mark.parametrize(
    ("size", "volume", "weight", "person_hours", "crew", "p50", "p90", "trucks"),
    [
        (HomeSize.STUDIO, 300, 2100, "2.8571", 2, "1.50", "2.1750", 1),
        (HomeSize.ONE_BEDROOM, 500, 3500, "4.7619", 2, "2.50", "3.6250", 1),
        (HomeSize.TWO_BEDROOM, 1000, 7000, "9.5238", 2, "5.00", "7.2500", 1),
        (HomeSize.THREE_BEDROOM, 1400, 9800, "13.3333", 3, "4.75", "6.8875", 2),
        (HomeSize.FOUR_BEDROOM, 1800, 12600, "17.1429", 3, "6.00", "8.7000", 2),
    ],
)
def test_home_size_at_ground_floors(
    size: HomeSize, volume: int, weight: int, person_hours: str, crew: int, p50: str, p90: str, trucks: int
) -> None:
    result = estimate(EstimateRequest(home_size=size))
    assert result.volume_cuft == volume
    assert result.weight_lb == weight
    assert (result.person_hours, result.crew_size) == (Decimal(person_hours), crew)
    assert result.duration_hours == (Decimal(p50), Decimal(p90))
    assert (result.truck_count, result.inventory) == (trucks, ())


@pytest.mark.parametrize(
    ("pickup", "dropoff", "person_hours"),
    [
        pytest.param(End(), End(), "2", id="ground floors"),
        pytest.param(End(flights=2), End(), "2.4571", id="two flights while loading: 2 x (1 + 4/7 x 0.4)"),
        pytest.param(End(), End(flights=2), "2.3429", id="two flights while unloading: 2 x (1 + 3/7 x 0.4)"),
        pytest.param(End(flights=4, elevator=True), End(), "2.2857", id="an elevator instead of flights"),
        pytest.param(End(carry_ft=Decimal(50)), End(), "2", id="carry within the free feet"),
        pytest.param(End(carry_ft=Decimal("50.1")), End(), "2.2286", id="a started step"),
        pytest.param(End(carry_ft=Decimal(150)), End(), "2.4571", id="two full steps"),
        pytest.param(End(carry_ft=Decimal(151)), End(), "2.6857", id="a third step started"),
        pytest.param(End(flights=1, carry_ft=Decimal(60)), End(elevator=True), "2.6714", id="both ends"),
    ],
)
def test_access_counts_at_its_own_end(pickup: End, dropoff: End, person_hours: str) -> None:
    assert estimate(of_volume(210, pickup, dropoff)).person_hours == Decimal(person_hours)


@pytest.mark.parametrize(
    ("cuft", "crew", "p50"),
    [
        (1050, 2, "5.00"),  # 10 person-hours
        (1053, 3, "3.50"),  # a little more
        (1890, 3, "6.25"),  # 18: 6 x 1.03 = 6.18
        (1893, 4, "5.00"),
        (3360, 4, "8.50"),  # 32: 8 x 1.06 = 8.48
        (3363, 5, "7.00"),  # the first of the further 8 is started
        (4200, 5, "8.75"),  # 40: the whole further 8
        (4203, 6, "7.50"),
    ],
)
def test_crew_grows_at_its_bounds_and_not_before(cuft: int, crew: int, p50: str) -> None:
    result = estimate(of_volume(cuft))
    assert (result.crew_size, result.duration_hours.p50) == (crew, Decimal(p50))


def test_things_add_taking_apart_and_handling() -> None:
    result = estimate(EstimateRequest(items=(ItemCount("bed_queen", 2), ItemCount("carton_book", 10))))
    # 139 cuft / 105, two beds of 5 minutes to take apart, two loose things of 30 seconds.
    assert result.volume_cuft == 139
    assert result.weight_lb == 2 * 62 * 7 + 10 * 40
    assert result.person_hours == Decimal("1.5071")
    assert [(piece.code, piece.quantity) for piece in result.inventory] == [("bed_queen", 2), ("carton_book", 10)]
    factors = {factor.code: factor.value for factor in result.factors}
    assert [factors[code] for code in ("volume", "disassembly", "loose_items")] == [Decimal(139), 10, 2]


def test_weighed_pieces_and_a_weighed_whole_override_the_catalogue() -> None:
    safe = ItemCount("gun_safe_large", 2, weight_lb=Decimal(1200))
    assert estimate(EstimateRequest(items=(safe,))).weight_lb == 2400
    assert estimate(EstimateRequest(items=(safe,), weight_lb=Decimal(2310))).weight_lb == 2310


@pytest.mark.parametrize(
    ("cuft", "weight", "trucks"),
    [(1389, 1000, 1), (1392, 1000, 2), (600, 8695, 1), (600, 8696, 2), (3, 1, 1), (4200, 90000, 11)],
)
def test_trucks_keep_fifteen_percent_free(cuft: int, weight: int, trucks: int) -> None:
    cartons = (ItemCount("carton_medium", cuft // 3),)
    assert estimate(EstimateRequest(items=cartons, weight_lb=Decimal(weight))).truck_count == trucks


def test_every_figure_is_shown_and_can_be_replaced() -> None:
    slow = dict(FIGURES) | {Figure.CUFT_PER_MOVER_HOUR: FIGURES[Figure.CUFT_PER_MOVER_HOUR]._replace(value=Decimal(50))}
    result = estimate(of_volume(300), slow)
    assert result.person_hours == 6
    shown = {factor.code for factor in result.factors}
    assert set(Figure) - OF_HOMES <= shown
    assert not OF_HOMES & shown
    of_a_studio = {factor.code for factor in estimate(EstimateRequest(home_size=HomeSize.STUDIO)).factors}
    assert {Figure.STUDIO_VOLUME, Figure.STUDIO_CARTONS, *CARTON_MIX.values()} == OF_HOMES & of_a_studio
    assert {"volume", "weight", "pickup_access", "dropoff_access", "person_hours"} <= shown
    assert all(factor.source for factor in result.factors)


def test_unknown_items_are_named_by_their_place() -> None:
    items = (ItemCount("sofa_3_seat", 1), ItemCount("sofa_9_seat", 1), ItemCount("unicorn", 1))
    with pytest.raises(UnknownItem) as refused:
        estimate(EstimateRequest(items=items))
    assert [fault.pointer for fault in refused.value.faults] == ["/items/1/code", "/items/2/code"]


@pytest.mark.parametrize(
    ("access", "end"),
    [
        (None, End()),
        (Access(), End()),
        (Access(floor=1), End()),
        (Access(floor=0), End()),
        (Access(floor=4), End(flights=3)),
        (Access(floor=-1), End(flights=1)),
        (Access(floor=4, stairs_flights=1), End(flights=1)),
        (Access(floor=4, stairs_flights=0), End()),
        (Access(floor=4, has_elevator=True), End(flights=3, elevator=True)),
        (Access(has_elevator=False, long_carry_ft=90), End(carry_ft=Decimal(90))),
        (Access(max_truck_ft=26), End()),
        (Access(max_truck_ft=25), End(full_truck_access=False)),
    ],
)
def test_access_of_a_place(access: Access | None, end: End) -> None:
    assert end_of(access) == end


def test_catalogue_is_whole_and_weighs_seven_pounds_a_foot() -> None:
    assert len(CATALOGUE) == 108
    assert [item.code for item in CATALOGUE.values() if item.must_weigh] == [
        "weights_set",
        "gun_safe_small",
        "gun_safe_large",
        "carton_book",
    ]
    by_convention = [item for item in CATALOGUE.values() if not item.must_weigh]
    assert all(item.weight_lb == 7 * item.volume_cuft for item in by_convention)
    assert CATALOGUE["piano_upright"].categories == ("piano", "bulky", "heavy", "special")
    assert CATALOGUE["piano_upright"].is_special
    assert set(VOLUMES) == set(CARTONS) == set(HomeSize)
    assert CARTON_MIX.keys() <= CATALOGUE.keys()


def test_catalogue_is_found_by_words_and_category() -> None:
    assert [item.code for item in find_items("piano UP")] == ["piano_upright"]
    assert [item.code for item in find_items("piano", "music")] == ["piano_digital"]
    assert find_items("no such thing") == []
    assert len(find_items()) == len(CATALOGUE)
