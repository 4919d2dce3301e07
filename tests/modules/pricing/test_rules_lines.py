"""What a customer reads: each line whole, with its words, its quantity, its unit and what made it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.modules.pricing.rules import compile_config, parse_config, price
from app.modules.pricing.rules.wire import number_text
from app.modules.pricing.values import Line
from tests.modules.pricing.jobs import WEDNESDAY, config, job, priced

pytestmark = pytest.mark.unit
Json = dict[str, Any]
SATURDAY = "2027-06-12T09:00:00-07:00"
FULL: Json = {"kind": "full", "declared_value": "42000", "deductible": "250"}
CALENDAR: Json = {"type": "holiday", "calendar": {"country": "US"}, "amount": "40"}


def told(line: Line) -> tuple[str, ...]:
    """(code, description, quantity, unit, unit price, amount, currency)"""
    amount, currency = line.amount
    return (
        line.code,
        line.description,
        number_text(line.quantity),
        line.unit.value,
        number_text(line.unit_price, 2),
        str(amount),
        currency,
    )


RULES: list[tuple[Json, Json, tuple[str, ...]]] = [
    (
        {"type": "stairs", "amount": 50, "per_flight": True, "free_flights": 1},
        {"pickup": {"flights": 3}, "dropoff": {"flights": 2}},
        ("stairs", "Stairs", "3", "flight", "50.00", "150.00", "USD"),
    ),
    (
        {"type": "stairs", "amount": 50},
        {"pickup": {"flights": 3}, "dropoff": {"flights": 2, "elevator": True}},
        ("stairs", "Stairs", "1", "job", "50.00", "50.00", "USD"),
    ),
    (
        {"type": "long_carry", "amount": 20, "per_ft": 50, "free_ft": 75},
        {"pickup": {"carry_ft": 126}, "dropoff": {"carry_ft": 76}},
        ("long_carry", "Long carry", "3", "carry", "20.00", "60.00", "USD"),
    ),
    (
        {"type": "elevator", "amount": 30},
        {"pickup": {"elevator": True}, "dropoff": {"elevator": True}},
        ("elevator", "Elevator", "2", "end", "30.00", "60.00", "USD"),
    ),
    (
        {"type": "shuttle", "amount": 250},
        {"pickup": {"full_truck_access": False}, "dropoff": {"full_truck_access": False}},
        ("shuttle", "Shuttle", "2", "end", "250.00", "500.00", "USD"),
    ),
    (
        {"type": "item", "category": "piano", "amount": 200, "per_item": True},
        {"inventory": [{"code": "a", "categories": ["piano"], "quantity": 2}]},
        ("item", "Special items", "2", "piece", "200.00", "400.00", "USD"),
    ),
    (
        {"type": "item", "codes": ["a", "b"], "amount": 70},
        {"inventory": [{"code": "a", "quantity": 2}, {"code": "b"}]},
        ("item", "Special items", "1", "job", "70.00", "70.00", "USD"),
    ),
    (
        {"type": "item", "codes": ["a", "b"], "amount": 70, "per_item": True},
        {"inventory": [{"code": "a", "quantity": 2}, {"code": "b"}]},
        ("item", "Special items", "3", "piece", "70.00", "210.00", "USD"),
    ),
    (
        {"type": "weekend", "days": [6], "multiplier": "1.25"},
        {"starts_at": SATURDAY},
        ("weekend", "Weekend, 25 % of labour and mileage", "0.25", "share", "450.00", "112.50", "USD"),
    ),
    (
        {"type": "weekend", "days": [3], "amount": "35"},
        {},
        ("weekend", "Day of the week", "1", "job", "35.00", "35.00", "USD"),
    ),
    (
        {"type": "after_hours", "from": "09:00", "to": "10:00", "multiplier": "1.5"},
        {},
        ("after_hours", "Early or late hours, 50 % of labour and mileage", "0.5", "share", "450.00", "225.00", "USD"),
    ),
    (
        {"type": "holiday", "dates": ["2027-06-09"], "multiplier": 2},
        {},
        ("holiday", "Holiday, 100 % of labour and mileage", "1", "share", "450.00", "450.00", "USD"),
    ),
    (
        {"type": "season", "from": "06-09", "to": "06-09", "multiplier": "1.2"},
        {},
        ("season", "Season, 20 % of labour and mileage", "0.2", "share", "450.00", "90.00", "USD"),
    ),
    (
        {"type": "lead_time", "within_hours": 24, "amount": 80},
        {"booked_at": "2027-06-08T09:00:00-07:00"},
        ("lead_time", "Short notice", "1", "job", "80.00", "80.00", "USD"),
    ),
    (
        {"type": "distance", "bands": [{"up_to_miles": 5, "amount": 30}, {"per_mile": 2}]},
        {"distance_miles": 4},
        ("distance", "Distance", "1", "job", "30.00", "30.00", "USD"),
    ),
    (
        {"type": "volume", "bands": [{"per_cuft": "1.10"}]},
        {"volume_cuft": 900},
        ("volume", "Volume", "900", "cuft", "1.10", "990.00", "USD"),
    ),
    (
        {"type": "weight", "bands": [{"per_100lb": 48}]},
        {"weight_lb": 6300},
        ("weight", "Weight", "63", "100_lb", "48.00", "3024.00", "USD"),
    ),
    (
        {"type": "fuel", "percent": 10},
        {"distance_miles": 8},
        ("fuel", "Fuel", "0.1", "share", "20.00", "2.00", "USD"),
    ),
    (
        {"type": "fuel", "table": True},
        {"distance_miles": 2276, "weight_lb": 4025, "fuel_index_price": "2.814"},
        ("fuel", "Fuel", "2276", "mile", "0.0130938", "29.80", "USD"),
    ),
    (
        {"type": "packing", "amount_per_carton": "6.50"},
        {"packing": {"cartons": 20, "hours": 2}},
        ("packing", "Packing", "20", "carton", "6.50", "130.00", "USD"),
    ),
    (
        {"type": "packing", "hourly": 60},
        {"packing": {"cartons": 20, "hours": "2.5"}},
        ("packing", "Packing", "2.5", "hour", "60.00", "150.00", "USD"),
    ),
    (
        {"type": "valuation", "kind": "full", "rate_per_1000": "9.50", "deductible": 250},
        {"valuation": FULL},
        ("valuation", "Full value protection", "42", "1000_declared", "9.50", "399.00", "USD"),
    ),
    (
        {"type": "valuation", "kind": "released", "rate_per_1000": "1"},
        {"valuation": {"kind": "released", "declared_value": "1500"}},
        ("valuation", "Released value", "1.5", "1000_declared", "1.00", "1.50", "USD"),
    ),
    (
        {"type": "custom", "code": "COI", "description": "Certificate", "amount": 35},
        {"codes": ["COI"]},
        ("custom", "Certificate", "1", "job", "35.00", "35.00", "USD"),
    ),
    (
        {"type": "discount", "code": "SPRING", "percent": 10},
        {"codes": ["SPRING"]},
        ("discount", "Discount SPRING", "0.1", "share", "-450.00", "-45.00", "USD"),
    ),
    (
        {"type": "discount", "code": "SPRING", "amount": 25},
        {"codes": ["SPRING"]},
        ("discount", "Discount SPRING", "1", "job", "-25.00", "-25.00", "USD"),
    ),
]


@pytest.mark.parametrize(("rule", "facts", "expected"), RULES, ids=[f"{row[2][0]}-{row[2][3]}" for row in RULES])
def test_a_rule_says_what_it_counts(rule: Json, facts: Json, expected: tuple[str, ...]) -> None:
    result = priced(config({"type": "elevator", "amount": 1}, rule), job(**facts))
    [line] = [one for one in result.lines if one.rule == 1]
    assert told(line) == expected


def test_the_lines_of_no_rule() -> None:
    body = config(
        currency="CAD",
        travel="portal_to_portal",
        flat_rate=99,
        minimum_charge=1000,
        tax_rate="0.05",
        extra_mover_hourly_rate=45,
        deposit={"percent": 20},
        platform_fee_percent=5,
    )
    drive = {"drive_minutes": 30, "base_to_pickup_minutes": 10, "dropoff_to_base_minutes": 20, "distance_miles": 10}
    result = priced(body, job(crew=3, **drive))
    assert [told(line) for line in result.lines] == [
        ("labour", "Labour, crew of 3", "3", "hour", "195.00", "585.00", "CAD"),
        ("travel", "Travel", "1", "hour", "195.00", "195.00", "CAD"),
        ("mileage", "Mileage", "10", "mile", "2.50", "25.00", "CAD"),
        ("flat_rate", "Flat rate", "1", "job", "99.00", "99.00", "CAD"),
        ("minimum_charge_adjustment", "Minimum charge", "1", "job", "96.00", "96.00", "CAD"),
        ("tax", "Tax", "0.05", "share", "1000.00", "50.00", "CAD"),
    ]
    assert {line.rule for line in result.lines} == {None}
    beside = (result.subtotal, result.total, result.deposit, result.platform_fee)
    assert [(str(one.amount), one.currency) for one in beside] == [
        ("1000.00", "CAD"),
        ("1050.00", "CAD"),
        ("210.00", "CAD"),
        ("50.00", "CAD"),
    ]
    assert result.holidays == ()


def test_all_kinds_of_price_stand_in_one_quote() -> None:
    """By the hour, flat, by weight and by volume; and fuel of all that is hauled."""
    body = config(
        {"type": "fuel", "percent": 10},
        {"type": "weight", "bands": [{"up_to_lb": 1000, "per_100lb": 50}, {"per_100lb": 30}]},
        {"type": "volume", "bands": [{"per_cuft": "0.50"}]},
        flat_rate=199,
    )
    result = priced(body, job(weight_lb=900, volume_cuft=300, distance_miles=100))
    assert [(line.code, str(line.amount.amount)) for line in result.lines] == [
        ("labour", "450.00"),
        ("mileage", "250.00"),
        ("flat_rate", "199.00"),
        ("fuel", "70.00"),
        ("weight", "300.00"),
        ("volume", "150.00"),
    ]
    assert [line.description for line in result.lines if line.code == "weight"] == ["Weight, billed as 1000 lb"]


def test_a_deposit_is_at_most_the_total() -> None:
    for amount, expected in (("100", "100.00"), ("450", "450.00"), ("9000", "450.00")):
        assert str(priced(config(deposit={"amount": amount}), job()).deposit.amount) == expected


def test_hours_that_do_not_end_are_shown_in_six_places_or_in_as_many_as_it_takes() -> None:
    """20 minutes of $150 is $50.00 by six places; of a rate of millions it takes more."""
    shown = [
        priced(config(base_hourly_rate=rate, billing_increment_minutes=20), job(hours="0.3")).lines[0]
        for rate in ("150", "1000000")
    ]
    assert [(number_text(line.quantity), str(line.amount.amount)) for line in shown] == [
        ("0.333334", "50.00"),
        ("0.33333333333333333334", "333333.33"),
    ]


def test_a_calendars_days_count_where_it_is_named() -> None:
    day = job().local_start.date()
    compiled = compile_config(parse_config(config(CALENDAR)), {("US", None): frozenset({day})})
    on, off = price(compiled, job()), price(compiled, job(starts_at=SATURDAY))
    assert [line.code for line in on.lines] == ["labour", "holiday"]
    assert (on.holidays, off.holidays) == ((("US", None),), ())
    assert [line.code for line in off.lines] == ["labour"]


def test_half_a_cent_more_and_the_sum_is_still_that_of_the_lines() -> None:
    body = config({"type": "weekend", "days": [3], "multiplier": "1.333333"}, tax_rate="0.0777", minimum_charge="0")
    result = priced(body, job(starts_at=WEDNESDAY, distance_miles="3.33"))
    assert result.total.amount == sum((line.amount.amount for line in result.lines), Decimal(0))
