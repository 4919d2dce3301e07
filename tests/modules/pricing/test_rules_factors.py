"""What an estimate shows of how it was made, word for word: customers and companies read it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.kernel.places import Access, Place
from app.modules.pricing.rules import at_ends, count_cartons, estimate, packing_of
from app.modules.pricing.rules.catalogue import CATALOGUE
from app.modules.pricing.rules.estimator_figures import FIGURES, Figure
from app.modules.pricing.rules.own import Own, OwnItem, estimate_own, own_from_json
from app.modules.pricing.rules.own_figures import BY_THE_COMPANY, with_told
from app.modules.pricing.values import CUSTOM_ITEM, End, EstimateRequest, Factor, HomeSize, ItemCount

pytestmark = pytest.mark.unit
SOFA = "sofa_3_seat"
BOX = ItemCount(CUSTOM_ITEM, 2, volume_cuft=Decimal("13.5"))
LISTED = EstimateRequest(
    items=(ItemCount(SOFA, 3), ItemCount("carton_book", 10), BOX),
    pickup=End(flights=2),
    dropoff=End(elevator=True, carry_ft=Decimal(51)),
)

OAKLAND = {
    "line1": "1 Main Street",
    "city": "Oakland",
    "state": "CA",
    "postal_code": "94601",
    "country": "US",
    "location": {"lat": 37.8, "lng": -122.2},
    "location_precision": "postal_code",
    "zone": "America/Los_Angeles",
}


def factors_of(request: EstimateRequest) -> list[Factor]:
    """Those of this move; behind them are the figures that hold for all."""
    return [factor for factor in estimate(request).factors if factor.code not in FIGURES]


def test_a_listed_move_shows_what_its_work_is_made_of() -> None:
    access, catalogue = "floors, elevator and carry", "item catalogue"
    made = estimate(LISTED)
    assert factors_of(LISTED) == [
        Factor("volume", "Volume of the listed things", made.volume_cuft, "cuft", catalogue),
        Factor("weight", "Weight", made.weight_lb, "lb", "listed, or by volume"),
        Factor("pickup_access", "Work at the pickup", Decimal("1.4"), "ratio", access),
        Factor("dropoff_access", "Work at the drop-off", Decimal("1.45"), "ratio", access),
        Factor("disassembly", "Taking apart", Decimal(3 * CATALOGUE[SOFA].disassembly_minutes), "min", catalogue),
        Factor("loose_items", "Things in no carton", Decimal(5), "piece", catalogue),
        Factor("person_hours", "Work of it all", made.person_hours, "person-hour", "sum of the above"),
    ]
    assert [(carton.code, carton.quantity) for carton in made.cartons] == [("carton_book", 10)]


def test_a_home_shows_whose_its_volume_is() -> None:
    [volume, *_] = factors_of(EstimateRequest(home_size=HomeSize.STUDIO))
    assert volume == Factor("volume", "Usual volume of a home: studio", Decimal(300), "cuft", "movingtrucksize.com")


def test_a_custom_item_is_as_large_as_it_was_measured_and_weighs_by_volume() -> None:
    made = estimate(EstimateRequest(items=(BOX,)))
    assert (made.volume_cuft, made.weight_lb) == (Decimal(27), Decimal(189))
    [piece] = made.inventory
    assert (piece.code, piece.quantity, piece.categories) == (CUSTOM_ITEM, 2, (CUSTOM_ITEM,))
    assert made.cartons == ()


def test_a_piece_keeps_the_catalogues_categories() -> None:
    [sofa, carton] = estimate(EstimateRequest(items=LISTED.items[:2])).inventory
    assert (sofa.categories, carton.categories) == (CATALOGUE[SOFA].categories, CATALOGUE["carton_book"].categories)


@pytest.mark.parametrize(
    ("request_", "cartons"),
    [
        (EstimateRequest(items=(ItemCount("carton_book", 7), ItemCount("dish_pack", 2), ItemCount(SOFA, 4))), 9),
        (EstimateRequest(items=(BOX,)), 0),
        (EstimateRequest(home_size=HomeSize.TWO_BEDROOM), 54),
    ],
)
def test_cartons_to_pack(request_: EstimateRequest, cartons: int) -> None:
    assert count_cartons(request_) == cartons
    packing = packing_of(cartons)
    assert (packing.cartons, packing.hours) == (cartons, Decimal(-(-cartons * 4 // 10)) / 4)


def test_the_same_load_between_other_places_has_their_access() -> None:
    stairs, easy = (Place.model_validate(OAKLAND | {"access": access}) for access in (Access(floor=3), None))
    moved = at_ends(LISTED, stairs, easy)
    assert (moved.pickup, moved.dropoff, moved.items) == (End(flights=2), End(), LISTED.items)


def test_the_least_load_takes_a_step_of_time_and_a_truck() -> None:
    made = estimate(EstimateRequest(items=(ItemCount("carton_book", 1),)))
    assert (made.duration_hours.p50, made.truck_count) == (Decimal("0.25"), 1)


def test_a_companys_own_are_named_before_what_is_of_the_move() -> None:
    mine = own_from_json(
        [{"code": SOFA, "volume_cuft": "80", "weight_lb": None, "disassembly_minutes": None}],
        None,
        {"loose_item": "45"},
    )
    first, *_ = estimate_own(LISTED, mine).factors
    assert first == Factor("own_items", "Things by the company's own figures", Decimal(3), "piece", BY_THE_COMPANY)
    [things, loose] = mine.factors(Decimal(300), LISTED)
    assert things == first
    assert loose == FIGURES[Figure.LOOSE_ITEM]._replace(value=Decimal(45), source=BY_THE_COMPANY)
    assert Own({}, None, with_told({})).factors(Decimal(300), LISTED) == ()


def test_own_things_keep_their_size_where_the_pace_is_learned() -> None:
    mine = own_from_json(
        [{"code": SOFA, "volume_cuft": "80", "weight_lb": None, "disassembly_minutes": None}],
        {"jobs": 30, "p90_ratio": "1.5", "ratios": {size: [10, "1.2"] for size in ("small", "medium", "large")}},
        {"p90_ratio": "2", "loose_item": "45"},
    )
    made = estimate_own(EstimateRequest(items=(ItemCount(SOFA, 2),)), mine)
    assert made.volume_cuft == 160
    # Learned, so that the p90 that was set holds no more.
    named = [factor.code for factor in mine.factors(made.volume_cuft, LISTED)]
    assert named == ["own_items", "loose_item", "own_ratio", "p90_ratio"]
    assert made.duration_hours.p90 == made.duration_hours.p50 * Decimal("1.5")


def test_nothing_of_a_thing_but_what_is_said_is_another() -> None:
    sofa = CATALOGUE[SOFA]
    assert OwnItem(SOFA).of(sofa) == sofa
    assert OwnItem(SOFA, disassembly_minutes=0).of(sofa) == sofa._replace(disassembly_minutes=0)
