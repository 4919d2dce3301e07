"""The examples that the price page works out to the cent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.modules.pricing.jobs import job, lines, priced

pytestmark = pytest.mark.unit

CONFIG: dict[str, Any] = {
    "base_hourly_rate": 150.00,
    "base_mileage_rate": 2.50,
    "minimum_charge": 200.00,
    "surcharge_rules": [
        {"type": "stairs", "amount": 50.00, "per_flight": True},
        {"type": "weekend", "multiplier": 1.25, "days": [0, 6]},
    ],
}


@pytest.mark.parametrize(
    ("facts", "expected", "total"),
    [
        pytest.param(
            {"starts_at": "2027-06-05T09:00:00-07:00", "hours": 3, "distance_miles": 10},
            [("labour", "450.00"), ("mileage", "25.00"), ("weekend", "118.75")],
            "593.75",
            id="saturday",
        ),
        pytest.param(
            {"starts_at": "2027-06-07T09:00:00-07:00", "hours": 3, "distance_miles": 10},
            [("labour", "450.00"), ("mileage", "25.00")],
            "475.00",
            id="monday",
        ),
        pytest.param(
            {
                "starts_at": "2027-06-06T09:00:00-07:00",
                "hours": 2,
                "distance_miles": 4,
                "pickup": {"flights": 3},
                "dropoff": {"flights": 2, "elevator": True},
            },
            [("labour", "300.00"), ("mileage", "10.00"), ("stairs", "150.00"), ("weekend", "77.50")],
            "537.50",
            id="sunday, stairs at one end and a lift at the other",
        ),
        pytest.param(
            {"starts_at": "2027-06-09T09:00:00-07:00", "hours": 1, "distance_miles": 2},
            [("labour", "150.00"), ("mileage", "5.00"), ("minimum_charge_adjustment", "45.00")],
            "200.00",
            id="wednesday, below the minimum",
        ),
        pytest.param(
            {"starts_at": "2027-06-04T23:30:00-07:00", "hours": 3, "distance_miles": 10},
            [("labour", "450.00"), ("mileage", "25.00")],
            "475.00",
            id="friday night, which is saturday in utc",
        ),
    ],
)
def test_price_of_the_page(facts: dict[str, Any], expected: list[tuple[str, str]], total: str) -> None:
    result = priced(CONFIG, job(**facts))
    assert lines(result) == expected
    assert f"{result.total.amount:.2f} {result.total.currency}" == f"{total} USD"


def test_fuel_table_gives_the_published_figure() -> None:
    rule = {"type": "fuel", "table": True}
    body = {**CONFIG, "base_mileage_rate": 0, "surcharge_rules": [rule]}
    result = priced(body, job(distance_miles=2276, weight_lb=4025, fuel_index_price="2.814"))
    assert lines(result)[1:] == [("fuel", "29.80")]


def test_decimals_are_read_from_their_text() -> None:
    # Through a binary float 100.1 x 2.25 is a hair below half a cent.
    body = {**CONFIG, "base_hourly_rate": 100.1, "minimum_charge": 0}
    assert lines(priced(body, job(hours=2.25))) == [("labour", "225.23")]
