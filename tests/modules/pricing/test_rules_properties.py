"""What holds for every price list and every job."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.money import round_cents
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules import (
    compile_config,
    config_to_json,
    job_from_json,
    job_to_json,
    parse_config,
    price,
    price_from_json,
    price_to_json,
    replay,
)
from app.modules.pricing.values import Price
from tests.modules.pricing import generators as g
from tests.modules.pricing.jobs import NOW, job, priced
from tests.modules.pricing.reference import NoPrice, reference

pytestmark = pytest.mark.unit

Json = dict[str, Any]
ORDER: Final = ("labour", "travel", "mileage", "flat_rate", "surcharge", "discount", "minimum_charge_adjustment", "tax")


def price_or_assume(config: Json, told: Json) -> Price:
    try:
        return priced(config, job(**told))
    except NotPriced:
        assume(False)
        raise


@given(g.configs(), g.jobs())
def test_engine_agrees_with_the_naive_reading(config: Json, told: Json) -> None:
    try:
        expected = reference(config, told, NOW)
    except NoPrice:
        with pytest.raises(NotPriced):
            priced(config, job(**told))
        return
    result = priced(config, job(**told))
    assert [(line.code, int(line.amount.amount * 100), line.rule) for line in result.lines] == expected


@given(g.configs(), g.jobs())
def test_lines_explain_the_total(config: Json, told: Json) -> None:
    result = price_or_assume(config, told)
    amounts = [line.amount.amount for line in result.lines]
    assert result.total.amount == sum(amounts)
    assert result.subtotal.amount == sum(line.amount.amount for line in result.lines if line.code != "tax")
    assert result.subtotal.amount >= Decimal(config["minimum_charge"])
    assert 0 <= result.deposit.amount <= result.total.amount
    assert 0 <= result.platform_fee.amount <= result.subtotal.amount
    for line in result.lines:
        assert round_cents(line.quantity * line.unit_price) == line.amount.amount
        assert line.amount.amount != 0 or line.code == "labour"
        assert (line.amount.amount < 0) == (line.code == "discount")
        assert line.description
    places = [ORDER.index(line.code if line.rule is None else _place(line.code)) for line in result.lines]
    assert places == sorted(places)
    surcharges = [line.rule for line in result.lines if line.rule is not None and line.code != "discount"]
    assert surcharges == sorted(surcharges)


def _place(code: str) -> str:
    return "discount" if code == "discount" else "surcharge"


def _more(told: Json, what: str) -> Json:
    """The same job with one more of something."""
    match what:
        case "item":
            return {
                **told,
                "inventory": [*told.get("inventory", []), {"code": "piano_upright", "categories": ["piano"]}],
            }
        case "flight":
            end = told.get("dropoff", {})
            return {**told, "dropoff": {**end, "flights": end.get("flights", 0) + 1}}
        case "foot":
            end = told.get("pickup", {})
            return {**told, "pickup": {**end, "carry_ft": end.get("carry_ft", 0) + 1}}
        case _:
            return {**told, what: str(Decimal(str(told.get(what, 0))) + 1)}


@given(g.configs(), g.jobs())
def test_more_is_never_cheaper(config: Json, told: Json) -> None:
    less = price_or_assume(config, told)
    for what in ("item", "flight", "foot", "distance_miles", "weight_lb", "volume_cuft", "hours", "drive_minutes"):
        assert priced(config, job(**_more(told, what))).total.amount >= less.total.amount, what


@given(g.configs(), g.jobs(), st.lists(g.discounts(), min_size=2, max_size=6))
def test_more_is_never_cheaper_under_heaps_of_discounts(config: Json, told: Json, discounts: list[Json]) -> None:
    heaped = {**config, "surcharge_rules": config["surcharge_rules"] + discounts}
    open_to_all = {**told, "codes": list(g.CODES), "discount_uses": {}}
    less = price_or_assume(heaped, open_to_all)
    for what in ("distance_miles", "hours"):
        assert priced(heaped, job(**_more(open_to_all, what))).total.amount >= less.total.amount


@given(g.configs(), g.jobs(), st.one_of(g.per_thing, g.timed, g.lead_times, g.line_haul))
def test_only_a_discount_lowers_a_price(config: Json, told: Json, rule: Json) -> None:
    before = price_or_assume(config, told)
    for place in (0, len(config["surcharge_rules"])):
        rules = list(config["surcharge_rules"])
        rules.insert(place, rule)
        assert priced({**config, "surcharge_rules": rules}, job(**told)).total.amount >= before.total.amount


@given(g.configs(), g.jobs(), st.randoms(use_true_random=False))
def test_order_of_the_inventory_does_not_matter(config: Json, told: Json, random: Any) -> None:
    shuffled = list(told.get("inventory", []))
    random.shuffle(shuffled)
    assert price_or_assume(config, told) == priced(config, job(**{**told, "inventory": shuffled}))


def _respelled(value: Any) -> Any:
    """Every decimal text as a JSON number, or with zeros behind it, or without."""
    if isinstance(value, dict):
        return {key: _respelled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_respelled(inner) for inner in value]
    if isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value}.00"
    return value


@given(g.configs(), g.jobs())
def test_spelling_of_numbers_does_not_matter(config: Json, told: Json) -> None:
    expected = price_or_assume(config, told)
    over_json = json.loads(json.dumps(_respelled(config)))
    assert priced(over_json, job(**json.loads(json.dumps(_respelled(told))))) == expected
    assert config_to_json(parse_config(over_json)) == config_to_json(parse_config(config))


@given(
    g.configs(st.one_of(g.timed, g.line_haul, g.discounts())),
    g.jobs(),
    st.sampled_from(["America/Los_Angeles", "America/New_York"]),
    st.integers(0, 59),
)
def test_both_readings_of_a_repeated_hour_price_alike(config: Json, told: Json, zone: str, minute: int) -> None:
    repeated = datetime(2028, 11, 5, 1, minute, tzinfo=ZoneInfo(zone))
    first, second = (repeated.replace(fold=fold).astimezone(UTC).isoformat() for fold in (0, 1))
    assert first != second
    pinned = {**told, "pickup_zone": zone}
    expected = price_or_assume(config, {**pinned, "starts_at": first})
    assert priced(config, job(**{**pinned, "starts_at": second})) == expected


@pytest.mark.parametrize(
    ("day", "clock"),
    [(datetime(2028, 3, 11, 17, 30), "18:30"), (datetime(2028, 11, 4, 17, 30), "16:30")],
    ids=["spring", "autumn"],
)
def test_a_day_later_across_a_change_is_an_hour_off_and_priced_so(day: datetime, clock: str) -> None:
    starts_at = day.replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    later = starts_at.astimezone(UTC) + timedelta(hours=24)
    before = job(starts_at=starts_at.isoformat())
    after = job(starts_at=later.isoformat())
    assert (f"{before.local_start:%H:%M}", f"{after.local_start:%H:%M}") == ("17:30", clock)
    rule = {"type": "after_hours", "from": "17:00", "to": "18:00", "amount": 40}
    config = {"base_hourly_rate": 100, "base_mileage_rate": 0, "minimum_charge": 0, "surcharge_rules": [rule]}
    assert priced(config, before).total.amount - priced(config, after).total.amount == 40


@given(g.configs(), g.jobs())
def test_what_is_stored_comes_back_and_prices_the_same(config: Json, told: Json) -> None:
    facts = job(**told)
    read_back = job_from_json(json.loads(json.dumps(job_to_json(facts))))
    assert read_back == facts
    expected = price_or_assume(config, told)
    assert price_from_json(json.loads(json.dumps(price_to_json(expected)))) == expected
    stored = parse_config(json.loads(json.dumps(config_to_json(parse_config(config)))))
    assert replay(stored, read_back, expected.holidays) == expected


@given(g.jobs(), st.sets(st.integers(0, g.DAYS)), st.sets(st.integers(0, g.DAYS)))
def test_replay_does_not_ask_which_days_are_holidays_today(told: Json, then: set[int], now: set[int]) -> None:
    def days(numbers: set[int]) -> frozenset[date]:
        return frozenset((g.START + timedelta(days=number)).date() for number in numbers)

    rules = [
        {"type": "holiday", "calendar": {"country": "US", "state": "CA"}, "multiplier": 2},
        {"type": "holiday", "calendar": {"country": "US"}, "amount": 50},
    ]
    config = parse_config(
        {"base_hourly_rate": 100, "base_mileage_rate": 1, "minimum_charge": 0, "surcharge_rules": rules}
    )
    facts = job(**{**told, "crew": 2})
    calendars = {("US", "CA"): days(then) | {facts.local_start.date()}, ("US", None): days(then)}
    at_the_time = price(compile_config(config, calendars), facts)
    assert ("US", "CA") in at_the_time.holidays
    assert replay(config, facts, at_the_time.holidays) == at_the_time
    moved = price(compile_config(config, {key: days(now) for key in calendars}), facts)
    assert (moved == at_the_time) == (moved.holidays == at_the_time.holidays)
