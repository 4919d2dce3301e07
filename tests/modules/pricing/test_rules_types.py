"""Each type of rule by example, at its bounds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.kernel.money import LARGEST_AMOUNT, Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.values import Unpriced
from tests.modules.pricing.jobs import amounts, config, job, lines, priced

pytestmark = pytest.mark.unit

Json = dict[str, Any]


def charged(rule: Json, **facts: Any) -> str | None:
    """The amount that a single rule charges for a job of 3 hours and 10 miles, as text; None without a line."""
    result = priced(config(rule), job(**{"distance_miles": 10, **facts}))
    found = [str(line.amount.amount) for line in result.lines if line.rule == 0]
    return found[0] if found else None


STAIRS = {"type": "stairs", "amount": 50, "per_flight": True, "free_flights": 1}
ONCE = {"type": "stairs", "amount": 50}
CARRY = {"type": "long_carry", "amount": 75, "per_ft": 75, "free_ft": 75}
PIECES = [
    {"code": "piano_upright", "categories": ["piano", "bulky"], "quantity": 2},
    {"code": "mirror_large", "categories": ["fragile"], "quantity": 3},
]


@pytest.mark.parametrize(
    ("rule", "facts", "amount"),
    [
        (STAIRS, {"pickup": {"flights": 3}, "dropoff": {"flights": 2}}, "150.00"),
        (STAIRS, {"pickup": {"flights": 1}, "dropoff": {"flights": 1}}, None),
        (STAIRS, {"pickup": {"flights": 4, "elevator": True}}, None),
        (ONCE, {"pickup": {"flights": 3}, "dropoff": {"flights": 2}}, "50.00"),
        (ONCE, {"dropoff": {"flights": 1}}, "50.00"),
        (ONCE, {}, None),
        (CARRY, {"pickup": {"carry_ft": 75}}, None),
        (CARRY, {"pickup": {"carry_ft": "75.5"}}, "75.00"),
        (CARRY, {"pickup": {"carry_ft": 150}}, "75.00"),
        # 76 + 76 ft beyond: each end starts its own second stretch, together they would not start a third.
        (CARRY, {"pickup": {"carry_ft": 151}, "dropoff": {"carry_ft": 151}}, "300.00"),
        ({"type": "elevator", "amount": 30}, {"pickup": {"elevator": True}, "dropoff": {"elevator": True}}, "60.00"),
        ({"type": "elevator", "amount": 30}, {}, None),
        ({"type": "shuttle", "amount": 250}, {"dropoff": {"full_truck_access": False}}, "250.00"),
        ({"type": "item", "category": "piano", "amount": 200}, {"inventory": PIECES}, "200.00"),
        ({"type": "item", "category": "piano", "amount": 200, "per_item": True}, {"inventory": PIECES}, "400.00"),
        ({"type": "item", "codes": ["mirror_large", "x"], "amount": 9}, {"inventory": PIECES}, "9.00"),
        (
            {"type": "item", "codes": ["mirror_large", "piano_upright"], "amount": 9, "per_item": True},
            {"inventory": PIECES},
            "45.00",
        ),
        ({"type": "item", "category": "antique", "amount": 9}, {"inventory": PIECES}, None),
        ({"type": "item", "codes": ["crib", "safe"], "amount": 9, "per_item": True}, {"inventory": PIECES}, None),
        ({"type": "packing", "amount_per_carton": "6.5"}, {"packing": {"cartons": 20, "hours": "2.5"}}, "130.00"),
        ({"type": "packing", "hourly": 80}, {"packing": {"cartons": 20, "hours": "2.5"}}, "200.00"),
        ({"type": "packing", "hourly": 80}, {}, None),
        ({"type": "custom", "code": "COI", "description": "Certificate", "amount": 75}, {"codes": ["COI"]}, "75.00"),
        ({"type": "custom", "code": "COI", "description": "Certificate", "amount": 75}, {"codes": ["coi"]}, None),
    ],
)
def test_charges_by_count(rule: Json, facts: Json, amount: str | None) -> None:
    assert charged(rule, **facts) == amount


DAYS = {"type": "weekend", "days": [0], "amount": 40}
NIGHT = {"type": "after_hours", "from": "17:00", "to": "08:00", "amount": 40}
MORNING = {"type": "after_hours", "from": "06:00", "to": "08:00", "amount": 40}
CHRISTMAS = {"type": "holiday", "dates": ["2027-12-24"], "amount": 40}
SUMMER = {"type": "season", "from": "05-15", "to": "09-30", "multiplier": 1.2}
WINTER = {"type": "season", "from": "12-20", "to": "01-06", "multiplier": 1.2}
LEAP = {"type": "season", "from": "02-29", "to": "02-29", "multiplier": 2}


@pytest.mark.parametrize(
    ("rule", "starts_at", "amount"),
    [
        (DAYS, "2027-06-06T00:00:00-07:00", "40.00"),
        (DAYS, "2027-06-05T23:59:59-07:00", None),
        # Sunday noon in Los Angeles, already Monday in Tokyo; told with Tokyo's offset.
        (DAYS, "2027-06-07T04:00:00+09:00", "40.00"),
        ({**DAYS, "days": [1]}, "2027-06-07T09:00:00-07:00", "40.00"),
        ({**DAYS, "days": [0, 6]}, "2027-06-07T09:00:00-07:00", None),
        (NIGHT, "2027-06-09T17:00:00-07:00", "40.00"),
        (NIGHT, "2027-06-09T16:59:59-07:00", None),
        (NIGHT, "2027-06-09T07:59:59-07:00", "40.00"),
        (NIGHT, "2027-06-09T08:00:00-07:00", None),
        (MORNING, "2027-06-09T06:00:00-07:00", "40.00"),
        (MORNING, "2027-06-09T08:00:00-07:00", None),
        (CHRISTMAS, "2027-12-24T23:59:00-08:00", "40.00"),
        (CHRISTMAS, "2027-12-25T00:00:00-08:00", None),
        (SUMMER, "2027-05-15T00:00:00-07:00", "95.00"),
        (SUMMER, "2027-09-30T23:59:00-07:00", "95.00"),
        (SUMMER, "2027-10-01T00:00:00-07:00", None),
        (WINTER, "2027-12-20T09:00:00-08:00", "95.00"),
        (WINTER, "2028-01-06T09:00:00-08:00", "95.00"),
        (WINTER, "2028-01-07T09:00:00-08:00", None),
        (WINTER, "2027-12-19T09:00:00-08:00", None),
        (LEAP, "2028-02-29T09:00:00-08:00", "475.00"),
        (LEAP, "2027-03-01T09:00:00-08:00", None),
    ],
)
def test_charges_by_the_pickups_clock(rule: Json, starts_at: str, amount: str | None) -> None:
    assert charged(rule, starts_at=starts_at) == amount


@pytest.mark.parametrize(
    ("starts_at", "amount"),
    [
        # The clocks go forward at 2:00 on 2027-03-14: by the clock 25 hours lie between, elapsed are 24.
        ("2027-03-14T13:00:00-07:00", "40.00"),
        ("2027-03-14T13:00:01-07:00", None),
        ("2027-03-01T12:00:00-08:00", "40.00"),
    ],
)
def test_short_notice_is_elapsed_time(starts_at: str, amount: str | None) -> None:
    rule = {"type": "lead_time", "within_hours": 24, "amount": 40}
    assert charged(rule, booked_at="2027-03-13T12:00:00-08:00", starts_at=starts_at) == amount


def test_multipliers_do_not_compound_unless_told() -> None:
    rules: list[Json] = [
        {"type": "weekend", "days": [3], "multiplier": "1.1"},
        {"type": "season", "from": "06-01", "to": "06-30", "multiplier": "1.1"},
        {"type": "after_hours", "from": "09:00", "to": "10:00", "multiplier": "1.1", "compounds": True},
        {"type": "lead_time", "within_hours": 9999, "amount": 500},
        {"type": "holiday", "dates": ["2027-06-09"], "multiplier": "1.1", "compounds": True},
    ]
    body = config(*rules, travel="portal_to_portal", flat_rate=1000)
    made = priced(body, job(drive_minutes=60, distance_miles=10))
    found = amounts(made)
    # The base is 450 + 25: no travel, no flat rate, no amounts.
    assert [str(found[rule["type"]]) for rule in rules] == ["47.50", "47.50", "57.00", "500.00", "62.70"]
    of = {line.code: line.description.partition(", ")[2] for line in made.lines}
    assert (of["season"], of["lead_time"]) == ("10 % of labour and mileage", "")
    assert of["after_hours"] == of["holiday"] == "10 % of labour, mileage and the surcharges above"


DISTANCE = {
    "type": "distance",
    "bands": [{"up_to_miles": 10, "per_mile": 1}, {"up_to_miles": 50, "amount": 40}, {"per_mile": 2}],
}
VOLUME = {"type": "volume", "bands": [{"up_to_cuft": 500, "per_cuft": "0.50"}, {"per_cuft": "0.25"}]}
# 900 lb cost 450 by their own bracket, 300 as the 1,000 lb where the next begins.
WEIGHT = {"type": "weight", "bands": [{"up_to_lb": 1000, "per_100lb": 50}, {"per_100lb": 30}]}

DEARER = {"type": "weight", "bands": [{"up_to_lb": 1000, "per_100lb": 30}, {"per_100lb": 50}]}


@pytest.mark.parametrize(
    ("rule", "facts", "amount"),
    [
        (DISTANCE, {"distance_miles": 0}, None),
        (DISTANCE, {"distance_miles": "0.01"}, "0.01"),
        (DISTANCE, {"distance_miles": 10}, "10.00"),
        (DISTANCE, {"distance_miles": "10.01"}, "50.00"),
        (DISTANCE, {"distance_miles": 50}, "50.00"),
        (DISTANCE, {"distance_miles": 51}, "52.00"),
        ({"type": "distance", "bands": [{"amount": 30}]}, {"distance_miles": 0}, None),
        (VOLUME, {"volume_cuft": 500}, "250.00"),
        (VOLUME, {"volume_cuft": 600}, "275.00"),
        (WEIGHT, {"weight_lb": 0}, None),
        (WEIGHT, {"weight_lb": 100}, "50.00"),
        (WEIGHT, {"weight_lb": 600}, "300.00"),
        (WEIGHT, {"weight_lb": 900}, "300.00"),
        (WEIGHT, {"weight_lb": 1000}, "300.00"),
        (WEIGHT, {"weight_lb": 1100}, "330.00"),
        (DEARER, {"weight_lb": 1000}, "300.00"),
        (DEARER, {"weight_lb": 1001}, "500.50"),
    ],
)
def test_charges_by_bands(rule: Json, facts: Json, amount: str | None) -> None:
    assert charged(rule, **facts) == amount


def test_several_bands_are_one_line_that_shows_its_parts() -> None:
    line = priced(config(DISTANCE), job(distance_miles=60)).lines[-1]
    assert line.description == "Distance: 10 mile at 1.00 + 1 job at 40.00 + 10 mile at 2.00"
    assert (line.quantity, str(line.unit_price), str(line.amount.amount)) == (Decimal(1), "70.00", "70.00")


def test_billed_weight_is_told() -> None:
    line = priced(config(WEIGHT), job(weight_lb=900)).lines[-1]
    assert line.description == "Weight, billed as 1000 lb"
    assert (line.quantity, line.unit_price) == (Decimal(10), Decimal(30))


def test_fuel_percent_takes_the_line_haul_wherever_it_stands() -> None:
    fuel = {"type": "fuel", "percent": 10}
    weekend = {"type": "weekend", "days": [3], "amount": 999}
    result = priced(config(fuel, VOLUME, weekend, flat_rate=500), job(volume_cuft=600, distance_miles=10))
    assert amounts(result)["fuel"] == Decimal("30.00")
    assert [code for code, _ in lines(result)] == ["labour", "mileage", "flat_rate", "fuel", "volume", "weekend"]


@pytest.mark.parametrize(
    ("pounds", "index", "amount"),
    [
        (4025, "2.814", "29.80"),
        (5000, "2.814", "29.80"),
        (5001, "2.814", "44.70"),
        (10_000, "2.814", "44.70"),
        (24_000, "2.814", "59.60"),
        (24_001, "2.814", "99.34"),
        (4025, "2.50", None),
        (4025, "1.999", None),
    ],
)
def test_fuel_table_by_weight_and_index(pounds: int, index: str, amount: str | None) -> None:
    facts = {"distance_miles": 2276, "weight_lb": pounds, "fuel_index_price": index}
    assert charged({"type": "fuel", "table": True}, **facts) == amount


def test_fuel_table_of_ones_own() -> None:
    rows = [{"up_to_lb": 5, "factor": "0.001"}, {"up_to_lb": 9, "factor": "0.001"}, {"factor": "0.002"}]
    rule = {"type": "fuel", "table": rows, "base_price": 0}
    assert charged(rule, weight_lb=9, fuel_index_price=3) == "3.00"
    assert charged(rule, weight_lb=10, fuel_index_price=3) == "6.00"


@pytest.mark.parametrize(
    ("chosen", "amount"),
    [
        ({"kind": "full", "declared_value": 42_500, "deductible": 250}, "382.50"),
        ({"kind": "full", "declared_value": "999.99", "deductible": "250.00"}, "9.00"),
        ({"kind": "full", "declared_value": 42_500, "deductible": 500}, None),
        ({"kind": "full", "declared_value": 42_500}, None),
        ({"kind": "released", "declared_value": 42_500, "deductible": 250}, None),
    ],
)
def test_valuation_by_kind_and_deductible(chosen: Json, amount: str | None) -> None:
    rule = {"type": "valuation", "kind": "full", "rate_per_1000": 9, "deductible": 250}
    assert charged(rule, valuation=chosen) == amount


MAY = {"type": "discount", "code": "MAY", "percent": 10, "valid": {"from": "2027-05-01", "to": "2027-05-31"}}


@pytest.mark.parametrize(
    ("rule", "facts", "amount"),
    [
        (MAY, {"codes": ["MAY"]}, "-47.50"),
        (MAY, {}, None),
        # The last of April by the pickup's clock, the first of May in UTC.
        (MAY, {"codes": ["MAY"], "booked_at": "2027-05-01T06:59:00Z"}, None),
        (MAY, {"codes": ["MAY"], "booked_at": "2027-05-01T07:00:00Z"}, "-47.50"),
        (MAY, {"codes": ["MAY"], "booked_at": "2027-06-01T06:59:00Z"}, "-47.50"),
        (MAY, {"codes": ["MAY"], "booked_at": "2027-06-01T07:00:00Z"}, None),
        ({**MAY, "max_uses": 3}, {"codes": ["MAY"], "discount_uses": {"MAY": 2}}, "-47.50"),
        ({**MAY, "max_uses": 3}, {"codes": ["MAY"], "discount_uses": {"MAY": 3}}, None),
        ({**MAY, "max_uses": 1}, {"codes": ["MAY"]}, "-47.50"),
        ({**MAY, "valid": {"from": "2027-05-01", "to": "2027-05-01"}}, {"codes": ["MAY"]}, "-47.50"),
        ({"type": "discount", "code": "BIG", "amount": 1000}, {"codes": ["BIG"]}, "-475.00"),
        ({"type": "discount", "code": "ALL", "percent": 100}, {"codes": ["ALL"]}, "-475.00"),
        ({"type": "discount", "code": "NONE", "percent": 0}, {"codes": ["NONE"]}, None),
    ],
)
def test_discounts(rule: Json, facts: Json, amount: str | None) -> None:
    assert charged(rule, **facts) == amount


def test_each_discount_takes_of_what_the_earlier_ones_left_and_none_goes_below_the_minimum() -> None:
    rules = [
        {"type": "discount", "code": "A", "percent": 50},
        {"type": "stairs", "amount": 10},
        {"type": "discount", "code": "B", "amount": 200},
        {"type": "discount", "code": "C", "percent": 50},
    ]
    body = config(*rules, minimum_charge=100, tax_rate="0.1")
    result = priced(body, job(pickup={"flights": 1}, codes=["C", "B", "A"]))
    # The stairs stand before the discounts, wherever the config has them.
    assert lines(result) == [
        ("labour", "450.00"),
        ("stairs", "10.00"),
        ("discount", "-230.00"),
        ("discount", "-200.00"),
        ("discount", "-15.00"),
        ("minimum_charge_adjustment", "85.00"),
        ("tax", "10.00"),
    ]
    assert [line.rule for line in result.lines] == [None, 1, 0, 2, 3, None, None]
    assert (str(result.subtotal.amount), str(result.total.amount)) == ("100.00", "110.00")


@pytest.mark.parametrize(
    ("fields", "facts", "quantity", "amount"),
    [
        ({}, {"hours": "3.01"}, "3.25", "487.50"),
        ({}, {"hours": "3.25"}, "3.25", "487.50"),
        ({"minimum_hours": 4}, {"hours": 3}, "4", "600.00"),
        ({"minimum_hours": "2.1"}, {"hours": 2}, "2.25", "337.50"),
        ({"billing_increment_minutes": 60}, {"hours": "3.01"}, "4", "600.00"),
        ({"billing_increment_minutes": 1}, {"hours": "1.01"}, "1.016667", "152.50"),
        ({"billing_increment_minutes": 20}, {"hours": "0.2", "crew": 2}, "0.333334", "50.00"),
        ({}, {"hours": 0}, "0", "0.00"),
        ({"included_crew": 3}, {"crew": 2}, "3", "450.00"),
        ({"extra_mover_hourly_rate": 60}, {"crew": 4}, "3", "810.00"),
    ],
)
def test_labour(fields: Json, facts: Json, quantity: str, amount: str) -> None:
    labour = priced(config(**fields), job(**facts)).lines[0]
    assert (labour.code, str(labour.amount.amount)) == ("labour", amount)
    assert labour.quantity == Decimal(quantity)


def test_half_a_cent_of_a_fraction_that_does_not_end_is_rounded_up() -> None:
    # 20 minutes at 1.515 are exactly 0.505; a third cut off anywhere gives 0.50.
    body = config(base_hourly_rate="1.515", billing_increment_minutes=20)
    labour = priced(body, job(hours="0.3")).lines[0]
    assert str(labour.amount.amount) == "0.51"
    assert round(labour.quantity * labour.unit_price, 2) == labour.amount.amount


@pytest.mark.parametrize(
    ("fields", "miles", "amount"),
    [
        ({}, 10, None),
        ({"travel": "none"}, 10, None),
        ({"travel": "portal_to_portal"}, 10, "212.50"),
        ({"travel": "double_drive"}, 0, None),
        ({"travel": "double_drive"}, 10, "200.00"),
        ({"travel": "double_drive", "double_drive_free_miles": 10}, 10, None),
        ({"travel": "double_drive", "double_drive_free_miles": 10}, "10.1", "200.00"),
    ],
)
def test_travel(fields: Json, miles: Any, amount: str | None) -> None:
    told = job(distance_miles=miles, drive_minutes=40, base_to_pickup_minutes=20, dropoff_to_base_minutes=25)
    found = dict(lines(priced(config(**fields), told)))
    assert found.get("travel") == amount


def test_travel_pays_the_crews_rate() -> None:
    body = config(travel="portal_to_portal", extra_mover_hourly_rate=30)
    assert amounts(priced(body, job(crew=3, drive_minutes=60)))["travel"] == 180


def test_deposit_and_platform_fee_stand_beside_the_lines() -> None:
    body = config(tax_rate="0.1", deposit={"percent": 25}, platform_fee_percent="2.5")
    result = priced(body, job())
    assert [code for code, _ in lines(result)] == ["labour", "tax"]
    assert (str(result.total.amount), str(result.deposit.amount), str(result.platform_fee.amount)) == (
        "495.00",
        "123.75",
        "11.25",
    )
    assert str(priced(config(deposit={"amount": 9999}), job()).deposit.amount) == "450.00"
    assert str(priced(config(deposit={"amount": "99.5"}), job()).deposit.amount) == "99.50"
    assert priced(config(currency="CAD"), job()).deposit == Money(Decimal(0), "CAD")


@pytest.mark.parametrize(
    ("body", "facts", "reason"),
    [
        (config(), {"crew": 3}, Unpriced.CREW_TOO_LARGE),
        (config({"type": "fuel", "table": True}), {"distance_miles": 5}, Unpriced.FUEL_INDEX_MISSING),
        (config(flat_rate=LARGEST_AMOUNT), {}, Unpriced.TOTAL_TOO_LARGE),
        (
            config(*[{"type": "weekend", "multiplier": 100, "days": list(range(7)), "compounds": True}] * 20),
            {},
            Unpriced.TOTAL_TOO_LARGE,
        ),
    ],
)
def test_not_priced_says_why(body: Json, facts: Json, reason: Unpriced) -> None:
    with pytest.raises(NotPriced) as refused:
        priced(body, job(**facts))
    assert (refused.value.reason, refused.value.extensions) == (reason, {"reason": reason.value})


@pytest.mark.parametrize(
    ("minimum", "adjustment"), [("450.00", None), ("450.01", "0.01"), ("451", "1.00"), ("449.99", None)]
)
def test_minimum_charge_is_reached_to_the_cent(minimum: str, adjustment: str | None) -> None:
    found = dict(lines(priced(config(minimum_charge=minimum), job())))
    assert found.get("minimum_charge_adjustment") == adjustment


def test_the_largest_total_an_invoice_can_hold_is_priced() -> None:
    result = priced(config(base_hourly_rate=0, flat_rate=LARGEST_AMOUNT), job())
    assert result.total.amount == LARGEST_AMOUNT


def test_free_labour_is_taken_beside_another_price() -> None:
    assert lines(priced(config(base_hourly_rate=0, flat_rate=300), job())) == [
        ("labour", "0.00"),
        ("flat_rate", "300.00"),
    ]
    assert lines(priced(config(WEIGHT, base_hourly_rate=0), job(weight_lb=100)))[-1] == ("weight", "50.00")
