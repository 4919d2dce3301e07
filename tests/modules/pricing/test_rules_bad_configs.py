"""Prices that are refused, each with the place of its fault and the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from app.modules.pricing.errors import ConfigInvalid
from app.modules.pricing.rules import PricingConfig, config_errors, lint, parse_config
from app.modules.pricing.rules.examples import CONFIG, EXAMPLES
from app.modules.pricing.rules.kinds import KINDS
from app.modules.pricing.schemas import SimulateIn
from app.runtime.web.problems import validation_error
from tests.modules.pricing.jobs import WEDNESDAY, config

pytestmark = pytest.mark.unit

Json = dict[str, Any]
WEEKEND: Json = {"type": "weekend", "days": [0, 6]}
R0 = "/surcharge_rules/0"


def without(body: Json, field: str) -> Json:
    return {key: value for key, value in body.items() if key != field}


def bands(*rows: Json, kind: str = "distance") -> Json:
    return config({"type": kind, "bands": list(rows)})


MILES, POUNDS = "up_to_miles", "up_to_lb"
OPEN: Json = {"per_mile": 1}

BAD: list[tuple[Any, str, str, str]] = [
    # What is no config at all, and fields of the config itself.
    ([], "", "model_type", "must be an object"),
    (without(config(), "base_hourly_rate"), "/base_hourly_rate", "required", "required"),
    (without(config(), "minimum_charge"), "/minimum_charge", "required", "required"),
    (config(base_hourly_rat=1), "/base_hourly_rat", "unknown_field", "no such field"),
    (config(base_hourly_rate=-1), "/base_hourly_rate", "greater_than_equal", "0"),
    (config(base_hourly_rate=0), "/base_hourly_rate", "free_labour", "flat_rate"),
    (config(base_hourly_rate="NaN"), "/base_hourly_rate", "value_error", "finite"),
    (config(base_hourly_rate="1,5"), "/base_hourly_rate", "value_error", "number"),
    (config(base_hourly_rate=True), "/base_hourly_rate", "value_error", "number"),
    (config(base_hourly_rate=None), "/base_hourly_rate", "value_error", "number"),
    (config(base_mileage_rate="0.1234567"), "/base_mileage_rate", "decimal_max_places", "6 decimal"),
    (config(base_mileage_rate=0.1234567890123456), "/base_mileage_rate", "value_error", "string"),
    (config(minimum_charge="0.001"), "/minimum_charge", "decimal_max_places", "2 decimal"),
    (config(minimum_charge="10000000000"), "/minimum_charge", "less_than_equal", "9999999999.99"),
    (config(currency="JPY"), "/currency", "value_error", "two decimals"),
    (config(currency="usd"), "/currency", "value_error", "USD"),
    (config(included_crew=0), "/included_crew", "greater_than_equal", "1"),
    (config(included_crew=2.5), "/included_crew", "value_error", "whole"),
    (config(extra_mover_hourly_rate=-5), "/extra_mover_hourly_rate", "greater_than_equal", "0"),
    (config(minimum_hours=-1), "/minimum_hours", "greater_than_equal", "0"),
    (config(billing_increment_minutes=0), "/billing_increment_minutes", "greater_than_equal", "1"),
    (config(travel="return"), "/travel", "enum", "double_drive"),
    (config(tax_rate=1), "/tax_rate", "less_than", "1"),
    (config(tax_rate="-0.01"), "/tax_rate", "greater_than_equal", "0"),
    (config(deposit={}), "/deposit", "exactly_one", "percent and amount"),
    (config(deposit={"percent": 5, "amount": 5}), "/deposit", "exactly_one", "percent and amount"),
    (config(deposit={"percent": 101}), "/deposit/percent", "less_than_equal", "100"),
    (config(platform_fee_percent=100.01), "/platform_fee_percent", "less_than_equal", "100"),
    (config(surcharge_rules={}), "/surcharge_rules", "tuple_type", "must be a list"),
    # What is no rule.
    (config(surcharge_rules=["stairs"]), R0, "model_attributes_type", "must be an object"),
    (config({}), f"{R0}/type", "required", "required"),
    (config({"type": "gravity"}), f"{R0}/type", "unknown_rule_type", "no such type"),
    (config({"type": 5}), f"{R0}/type", "unknown_rule_type", "no such type"),
    # A rule's own numbers and fields.
    (config({"type": "stairs"}), f"{R0}/amount", "required", "required"),
    (config({"type": "stairs", "amount": -50}), f"{R0}/amount", "greater_than_equal", "0"),
    (config({"type": "stairs", "amount": 5, "per_flite": True}), f"{R0}/per_flite", "unknown_field", "no such"),
    (config({"type": "stairs", "amount": 5, "per_flight": "yes"}), f"{R0}/per_flight", "bool_type", "true or false"),
    (config({"type": "stairs", "amount": 5, "free_flights": -1}), f"{R0}/free_flights", "greater_than_equal", "0"),
    (config({"type": "long_carry", "amount": 5, "per_ft": 0}), f"{R0}/per_ft", "greater_than", "0"),
    (config({"type": "long_carry", "amount": 5}), f"{R0}/per_ft", "required", "required"),
    (config({"type": "item", "amount": 5}), R0, "exactly_one", "codes and category"),
    (config({"type": "item", "amount": 5, "codes": ["a"], "category": "b"}), R0, "exactly_one", "codes and category"),
    (config({"type": "item", "amount": 5, "codes": []}), f"{R0}/codes", "too_short", "at least one"),
    (config({"type": "item", "amount": 5, "codes": ["a", "a"]}), f"{R0}/codes", "value_error", "twice"),
    (config({"type": "item", "amount": 5, "codes": ["a", ""]}), f"{R0}/codes/1", "string_pattern_mismatch", "pattern"),
    # When the move starts.
    (config({"type": "weekend", "multiplier": 2, "days": []}), f"{R0}/days", "too_short", "at least one"),
    (config({"type": "weekend", "multiplier": 2, "days": [0, 7]}), f"{R0}/days/1", "less_than_equal", "6"),
    (config({"type": "weekend", "multiplier": 2, "days": [1, 1]}), f"{R0}/days", "value_error", "twice"),
    (config({"type": "weekend", "multiplier": 2, "days": ["Sunday"]}), f"{R0}/days/0", "value_error", "number"),
    (config(WEEKEND), R0, "exactly_one", "multiplier and amount"),
    (config({**WEEKEND, "multiplier": 2, "amount": 2}), R0, "exactly_one", "multiplier and amount"),
    (config({**WEEKEND, "multiplier": 0.9}), f"{R0}/multiplier", "greater_than_equal", "1"),
    (config({**WEEKEND, "amount": 9, "compounds": True}), f"{R0}/compounds", "without_multiplier", "multiplier"),
    (config({"type": "after_hours", "amount": 5, "from": "17:00", "to": "24:00"}), f"{R0}/to", "value_error", "23:59"),
    (config({"type": "after_hours", "amount": 5, "from": "8:00", "to": "09:00"}), f"{R0}/from", "value_error", "17:30"),
    (config({"type": "after_hours", "amount": 5, "from": "17:00", "to": "17:00"}), f"{R0}/to", "value_error", "empty"),
    (config({"type": "after_hours", "amount": 5, "to": "18:00"}), f"{R0}/from", "required", "req"),
    (config({"type": "holiday", "amount": 5, "dates": []}), f"{R0}/dates", "too_short", "at least one"),
    (config({"type": "holiday", "amount": 5, "dates": ["2027-02-30"]}), f"{R0}/dates/0", "value_error", "no calendar"),
    (config({"type": "holiday", "amount": 5, "dates": [20270101]}), f"{R0}/dates/0", "value_error", "date"),
    (config({"type": "holiday", "amount": 5}), R0, "exactly_one", "calendar and dates"),
    (
        config({"type": "holiday", "amount": 5, "calendar": {"country": "usa"}}),
        f"{R0}/calendar/country",
        "string_pattern_mismatch",
        "pattern",
    ),
    (config({"type": "season", "multiplier": 2, "from": "02-30", "to": "03-01"}), f"{R0}/from", "value_error", "calen"),
    (config({"type": "season", "multiplier": 2, "from": "05-15", "to": "9-30"}), f"{R0}/to", "value_error", "05-15"),
    (config({"type": "season", "from": "05-15", "to": "09-30"}), R0, "exactly_one", "multiplier"),
    (config({"type": "lead_time", "amount": 5, "within_hours": 0}), f"{R0}/within_hours", "greater_than", "0"),
    # Bands.
    (bands(), f"{R0}/bands", "too_short", "at least one"),
    (bands({MILES: 5, "per_mile": 1}), f"{R0}/bands/0/up_to_miles", "open_end", "no upper end"),
    (bands({"per_mile": 1}, {"per_mile": 1}), f"{R0}/bands/0/up_to_miles", "required", "last"),
    (
        bands({MILES: 5, "amount": 1}, {MILES: 5, "amount": 1}, OPEN),
        f"{R0}/bands/1/up_to_miles",
        "not_rising",
        "rise",
    ),
    (bands({MILES: 5}, {"per_mile": 1}), f"{R0}/bands/0", "exactly_one", "per_mile and amount"),
    (bands({"per_cuft": 1, "amount": 1}, kind="volume"), f"{R0}/bands/0", "exactly_one", "per_cuft and amount"),
    (bands({"per_mile": 1}, kind="volume"), f"{R0}/bands/0/per_mile", "unknown_field", "no such field"),
    (
        bands({POUNDS: 0, "per_100lb": 1}, {"per_100lb": 1}, kind="weight"),
        f"{R0}/bands/0/up_to_lb",
        "greater_than",
        "0",
    ),
    # Fuel, services, codes.
    (config({"type": "fuel"}), R0, "exactly_one", "percent and table"),
    (config({"type": "fuel", "percent": 5, "table": True}), R0, "exactly_one", "percent and table"),
    (config({"type": "fuel", "percent": 5, "base_price": 3}), f"{R0}/base_price", "without_table", "table"),
    (config({"type": "fuel", "table": False}), f"{R0}/table", "tuple_type", "must be a list"),
    (
        config({"type": "fuel", "table": [{POUNDS: 9, "factor": "0.2"}, {"factor": "0.1"}]}),
        f"{R0}/table/1/factor",
        "falling",
        "below",
    ),
    (config({"type": "packing"}), R0, "exactly_one", "amount_per_carton and hourly"),
    (config({"type": "valuation", "kind": "gold", "rate_per_1000": 9}), f"{R0}/kind", "enum", "released"),
    (
        config({"type": "custom", "code": "COI", "amount": 5, "description": " "}),
        f"{R0}/description",
        "string_too_short",
        "1",
    ),
    (config({"type": "discount", "code": "A"}), R0, "exactly_one", "percent and amount"),
    (config({"type": "discount", "code": "A", "percent": 101}), f"{R0}/percent", "less_than_equal", "100"),
    (
        config({"type": "discount", "code": "A", "percent": 5, "max_uses": 0}),
        f"{R0}/max_uses",
        "greater_than_equal",
        "1",
    ),
    (
        config({"type": "discount", "code": "A", "percent": 5, "valid": {"from": "2027-06-02", "to": "2027-06-01"}}),
        f"{R0}/valid/to",
        "value_error",
        "before",
    ),
]


@pytest.mark.parametrize(("body", "pointer", "code", "reason"), BAD, ids=[f"{p}-{c}" for _, p, c, _ in BAD])
def test_bad_config_is_refused_with_place_and_reason(body: Any, pointer: str, code: str, reason: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse_config(body)
    faults = refused.value.faults
    assert [(fault.pointer, fault.code) for fault in faults] == [(pointer, code)]
    assert reason in faults[0].message


def mended(body: Any, pointer: str, example: Any) -> Any:
    """The config with the example in the place of the fault: of the value, of the rule, or of it all."""
    steps = pointer.split("/")[1:]
    if isinstance(example, dict) and "base_hourly_rate" in example:
        return example
    if isinstance(example, dict) and "type" in example:
        steps = steps[:2]
    copy = json.loads(json.dumps(body))
    place = copy
    for step in steps[:-1]:
        place = place[int(step) if isinstance(place, list) else step]
    place[int(steps[-1]) if isinstance(place, list) else steps[-1]] = example
    return copy


@pytest.mark.parametrize(("body", "pointer", "code", "reason"), BAD, ids=[f"{p}-{c}" for _, p, c, _ in BAD])
def test_the_example_is_right_in_that_place(body: Any, pointer: str, code: str, reason: str) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        parse_config(body)
    [fault] = refused.value.faults
    assert fault.example is not None
    try:
        parse_config(mended(body, pointer, fault.example))
    except ConfigInvalid as left:
        # A rule that lacks its other fields, as one whose type was not told.
        assert code in {"required", "unknown_rule_type"}, left.faults
        assert pointer not in [one.pointer for one in left.faults]


def test_the_example_of_each_type_is_taken_as_it_is() -> None:
    assert set(EXAMPLES) == set(KINDS)
    taken = parse_config({**CONFIG, "surcharge_rules": list(EXAMPLES.values())})
    assert [rule.type for rule in taken.surcharge_rules] == list(EXAMPLES)
    assert lint(taken, date(2027, 1, 1)) == ()


def test_every_fault_is_told_at_once() -> None:
    stairs = {"type": "stairs", "amount": 5}
    body = config(stairs, {"type": "nothing"}, {**WEEKEND, "days": []}, base_mileage_rate="x", tax_rate=2)
    with pytest.raises(ConfigInvalid) as refused:
        parse_config(body)
    assert {fault.pointer for fault in refused.value.faults} == {
        "/base_mileage_rate",
        "/tax_rate",
        "/surcharge_rules/1/type",
        "/surcharge_rules/2/days",
    }


def test_web_names_the_same_places_without_the_rule_type() -> None:
    told = {"starts_at": WEDNESDAY, "pickup_zone": "America/Los_Angeles", "hours": 1}
    body = {"config": config({"type": "season", "from": "05-15", "to": "02-30", "multiplier": 2}), "job": told}
    with pytest.raises(ValidationError) as refused:
        SimulateIn.model_validate(body)
    shifted: list[Mapping[str, Any]] = [{**error, "loc": ("body", *error["loc"])} for error in refused.value.errors()]
    answered = validation_error(shifted)
    assert [fault.pointer for fault in answered.faults] == ["/config/surcharge_rules/0/to"]


def test_what_the_client_sent_is_not_repeated() -> None:
    secret = "tok_4242"
    with pytest.raises(ValidationError) as refused:
        PricingConfig.model_validate(config({"type": secret}, base_mileage_rate=secret, travel=secret))
    assert secret not in " ".join(fault.message for fault in config_errors(refused.value))


def test_schema_offers_every_type_of_rule() -> None:
    schema = PricingConfig.model_json_schema()
    mapping = schema["properties"]["surcharge_rules"]["items"]["discriminator"]["mapping"]
    assert set(mapping) == set(KINDS)
    assert len(KINDS) == 18
    assert schema["$defs"]["WeekendRule"]["properties"]["days"]["minItems"] == 1
