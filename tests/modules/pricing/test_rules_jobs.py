"""Jobs as clients tell them: what is read, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from app.modules.pricing.rules import PricingConfig
from app.modules.pricing.schemas import EstimateIn, JobIn, SimulateIn, simulated_out
from app.modules.pricing.values import End, HomeSize, ItemCount, Packing, Piece, Valuation, ValuationKind
from tests.modules.pricing.jobs import NOW, WEDNESDAY, config, job, priced

pytestmark = pytest.mark.unit

Json = dict[str, Any]
PAGE: Json = {
    "starts_at": "2027-06-05T09:00:00-07:00",
    "pickup_zone": "America/Los_Angeles",
    "hours": "3",
    "crew": 2,
    "distance_miles": "10",
    "drive_minutes": 40,
    "base_to_pickup_minutes": 20,
    "dropoff_to_base_minutes": 25,
    "volume_cuft": 900,
    "weight_lb": 6300,
    "booked_at": "2027-05-01T12:00:00-07:00",
    "fuel_index_price": "2.814",
    "pickup": {"flights": 3, "elevator": False, "carry_ft": 90, "full_truck_access": True},
    "dropoff": {},
    "inventory": [{"code": "piano_upright", "categories": ["piano"], "quantity": 1}],
    "packing": {"cartons": 20, "hours": "2.5"},
    "valuation": {"kind": "full", "declared_value": "42000", "deductible": "250"},
    "codes": ["SPRING"],
    "discount_uses": {"SPRING": 3},
}


def test_job_of_the_page_is_read_whole() -> None:
    read = SimulateIn.model_validate({"config": config(), "job": PAGE}).job.to_job(NOW)
    assert read.starts_at == datetime(2027, 6, 5, 16, 0, tzinfo=UTC)
    assert read.local_start == datetime(2027, 6, 5, 9, 0)
    assert (read.booked_at, read.booked_on) == (datetime(2027, 5, 1, 19, 0, tzinfo=UTC), date(2027, 5, 1))
    assert (read.hours, read.crew, read.distance_miles) == (Decimal(3), 2, Decimal(10))
    assert (read.drive_minutes, read.base_to_pickup_minutes, read.dropoff_to_base_minutes) == (40, 20, 25)
    assert (read.volume_cuft, read.weight_lb) == (Decimal(900), Decimal(6300))
    assert read.fuel_index_price == Decimal("2.814")
    assert (read.pickup, read.dropoff) == (End(flights=3, carry_ft=Decimal(90)), End())
    assert read.inventory == (Piece("piano_upright", 1, ("piano",)),)
    assert read.packing == Packing(20, Decimal("2.5"))
    assert read.valuation == Valuation(ValuationKind.FULL, Decimal(42000), Decimal(250))
    assert (read.codes, read.discount_uses) == (frozenset({"SPRING"}), {"SPRING": 3})


def test_without_a_booking_time_it_is_booked_now_by_the_pickups_date() -> None:
    # 1 May, 19:00 in UTC: already 2 May in Auckland.
    read = job(pickup_zone="Pacific/Auckland")
    assert (read.booked_at, read.booked_on) == (NOW, date(2027, 5, 2))


@pytest.mark.parametrize(
    ("facts", "place"),
    [
        ({"starts_at": "2027-06-05T09:00:00"}, ("starts_at",)),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, ("starts_at",)),
        ({"starts_at": "9999-12-31T23:59:59Z"}, ("starts_at",)),
        ({"booked_at": "soon"}, ("booked_at",)),
        ({"pickup_zone": "America"}, ("pickup_zone",)),
        ({"pickup_zone": "Mars/Olympus"}, ("pickup_zone",)),
        ({"pickup_zone": "../../etc/passwd"}, ("pickup_zone",)),
        ({"pickup_zone": ""}, ("pickup_zone",)),
        ({"hours": -1}, ("hours",)),
        ({"hours": "1001"}, ("hours",)),
        ({"crew": 0}, ("crew",)),
        ({"crew": True}, ("crew",)),
        ({"distance_miles": "1e9"}, ("distance_miles",)),
        ({"pickup": {"flights": "many"}}, ("pickup", "flights")),
        ({"pickup": {"stairs": 1}}, ("pickup", "stairs")),
        ({"inventory": [{"code": "piano_upright", "quantity": 0}]}, ("inventory", 0, "quantity")),
        ({"valuation": {"kind": "full"}}, ("valuation", "declared_value")),
        ({"discount_uses": {"SPRING": -1}}, ("discount_uses", "SPRING")),
        ({"colour": "red"}, ("colour",)),
    ],
)
def test_bad_facts_are_refused_at_their_place(facts: Json, place: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        JobIn.model_validate({"starts_at": WEDNESDAY, "pickup_zone": "UTC", "hours": 1, **facts})
    assert [error["loc"] for error in refused.value.errors()] == [place]


def test_simulated_price_on_the_wire() -> None:
    weekend = {"type": "weekend", "days": [3], "multiplier": "1.1"}
    body = config(weekend, billing_increment_minutes=20, deposit={"percent": 10}, platform_fee_percent=5)
    answered = simulated_out(priced(body, job(hours="0.3"))).model_dump(mode="json")
    money = {"currency": "USD"}
    labour, share = answered.pop("lines")
    assert labour == {
        "code": "labour",
        "description": "Labour, crew of 2",
        "quantity": "0.333334",
        "unit": "hour",
        "unit_price": "150.00",
        "amount": {"amount": "50.00", **money},
        "rule": None,
    }
    assert (share["quantity"], share["unit"], share["unit_price"]) == ("0.1", "share", "50.00")
    assert share["rule"] == {"index": 0, "config_version": None}
    assert answered == {
        "total": {"amount": "55.00", **money},
        "subtotal": {"amount": "55.00", **money},
        "deposit": {"amount": "5.50", **money},
        "platform_fee": {"amount": "2.75", **money},
        "estimate": None,
    }


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_schemas_can_be_drawn(mode: Any) -> None:
    for model in (PricingConfig, SimulateIn, EstimateIn):
        assert model.model_json_schema(mode=mode)["type"] == "object"


PLACE = {"line1": "1355 Market Street", "city": "San Francisco", "state": "CA", "postal_code": "94103"}


def test_estimate_request_takes_the_access_of_both_ends() -> None:
    told = {
        "items": [{"code": "sofa_3_seat", "quantity": 2}, {"code": "gun_safe_large", "weight_lb": "900"}],
        "origin": {**PLACE, "access": {"floor": 3, "has_elevator": False}},
        "destination": PLACE,
    }
    request = EstimateIn.model_validate(told).to_request()
    assert request.items == (ItemCount("sofa_3_seat", 2), ItemCount("gun_safe_large", 1, Decimal(900)))
    assert (request.pickup, request.dropoff, request.home_size) == (End(flights=2), End(), None)
    by_size = EstimateIn.model_validate({"home_size": "studio", "origin": PLACE, "destination": PLACE})
    assert (by_size.to_request().home_size, by_size.to_request().items) == (HomeSize.STUDIO, ())


@pytest.mark.parametrize(
    ("load", "place"),
    [
        ({}, ()),
        ({"home_size": "studio", "items": [{"code": "sofa_3_seat"}]}, ()),
        ({"home_size": "castle"}, ("home_size",)),
        ({"items": []}, ("items",)),
        ({"items": [{"code": "sofa_3_seat"}, {"code": "unicorn"}]}, ("items", 1, "code")),
        ({"items": [{"code": "sofa_3_seat", "quantity": 0}]}, ("items", 0, "quantity")),
    ],
)
def test_bad_load_is_refused_at_its_place(load: Json, place: tuple[str | int, ...]) -> None:
    with pytest.raises(ValidationError) as refused:
        EstimateIn.model_validate({"origin": PLACE, "destination": PLACE, **load})
    assert [error["loc"] for error in refused.value.errors()] == [place]
