"""Random price lists and jobs as JSON. They have teeth: prices of a few cents, odd increments, discounts in heaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

Json = dict[str, Any]
Rules = st.SearchStrategy[Json]

ZONES: Final = ("America/Los_Angeles", "America/New_York", "America/Phoenix", "Pacific/Auckland", "Asia/Kolkata")
CODES: Final = ("SPRING", "LOYAL", "VIP", "COI")
ITEMS: Final = {
    "sofa_3_seat": ["furniture"],
    "piano_upright": ["piano", "bulky"],
    "grandfather_clock": ["antique", "fragile"],
    "carton_book": ["carton"],
}
# A year with both changes of the clock, a leap day before it and a turn of the year after.
START: Final = datetime(2028, 1, 1, tzinfo=UTC)
DAYS: Final = 420


def decimals(places: int, largest: int) -> st.SearchStrategy[str]:
    """Decimal text: half of them tiny, where rounding shows."""
    unit = 10**places

    def text(number: int) -> str:
        return f"{number // unit}.{number % unit:0{places}}"

    return (st.integers(0, 3 * unit // 10) | st.integers(0, largest * unit)).map(text)


cents = decimals(2, 900)
rates = decimals(2, 300) | decimals(4, 20)
percents = decimals(2, 99) | st.sampled_from(["0", "10", "33.33", "50", "100"])
multipliers = st.integers(100, 300).map(lambda number: f"{number // 100}.{number % 100:02}")
clock_times = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
dates = st.integers(0, DAYS).map(lambda days: (START + timedelta(days=days)).date().isoformat())
month_days = st.integers(0, 365).map(lambda days: f"{START + timedelta(days=days):%m-%d}")
codes = st.sampled_from(CODES)
instants = st.integers(0, DAYS * 24 * 4).map(lambda quarter: (START + timedelta(minutes=15 * quarter)).isoformat())


def rule(kind: str, required: Json, optional: Json | None = None) -> Rules:
    return st.fixed_dictionaries({"type": st.just(kind), **required}, optional=optional or {})


@st.composite
def mark_ups(draw: st.DrawFn, bare: Rules) -> Json:
    drawn = draw(bare)
    if draw(st.booleans()):
        return {**drawn, "multiplier": draw(multipliers), "compounds": draw(st.booleans())}
    return {**drawn, "amount": draw(cents)}


@st.composite
def banded(draw: st.DrawFn, kind: str, upper: str, rate: str, *, largest: int) -> Json:
    count = draw(st.integers(0, 3))
    limits = sorted(draw(st.sets(st.integers(1, largest), min_size=count, max_size=count)))
    bands: list[Json] = [{upper: limit} for limit in limits] + [{}]
    for band in bands:
        if kind != "weight" and draw(st.booleans()):
            band["amount"] = draw(cents)
        else:
            band[rate] = draw(rates)
    return {"type": kind, "bands": bands}


@st.composite
def discounts(draw: st.DrawFn) -> Json:
    drawn: Json = {"type": "discount", "code": draw(codes)}
    drawn |= {"percent": draw(percents)} if draw(st.integers(0, 2)) else {"amount": draw(cents)}
    if draw(st.booleans()):
        first, last = sorted((draw(dates), draw(dates)))
        drawn["valid"] = {"from": first, "to": last}
    if draw(st.booleans()):
        drawn["max_uses"] = draw(st.integers(1, 3))
    return drawn


line_haul: Rules = st.one_of(
    banded("distance", "up_to_miles", "per_mile", largest=60),
    banded("volume", "up_to_cuft", "per_cuft", largest=1500),
    banded("weight", "up_to_lb", "per_100lb", largest=12_000),
)
windows: Rules = rule("after_hours", {"from": clock_times, "to": clock_times}).filter(
    lambda drawn: bool(drawn["from"] != drawn["to"])
)
timed: Rules = st.one_of(
    mark_ups(
        rule("weekend", {"days": st.sets(st.integers(0, 6), min_size=1).map(sorted)}),
    ),
    mark_ups(windows),
    mark_ups(rule("holiday", {"dates": st.lists(dates, min_size=1, max_size=40)})),
    mark_ups(rule("season", {"from": month_days, "to": month_days})),
)
lead_times: Rules = mark_ups(rule("lead_time", {"within_hours": st.integers(1, 4000)}))
per_thing: Rules = st.one_of(
    rule("stairs", {"amount": cents}, {"per_flight": st.booleans(), "free_flights": st.integers(0, 2)}),
    rule("long_carry", {"amount": cents, "per_ft": st.integers(1, 80)}, {"free_ft": st.integers(0, 80)}),
    rule("elevator", {"amount": cents}),
    rule("shuttle", {"amount": cents}),
    rule(
        "item",
        {"codes": st.lists(st.sampled_from(sorted(ITEMS)), min_size=1, unique=True), "amount": cents},
        {"per_item": st.booleans()},
    ),
    rule(
        "item",
        {"category": st.sampled_from(["piano", "fragile", "bulky"]), "amount": cents},
        {"per_item": st.booleans()},
    ),
    rule("fuel", {"percent": percents}),
    rule("fuel", {"table": st.just(True)}, {"base_price": decimals(2, 4)}),
    rule("packing", {"amount_per_carton": cents}),
    rule("packing", {"hourly": rates}),
    rule(
        "valuation",
        {"kind": st.sampled_from(["released", "full"]), "rate_per_1000": rates},
        {"deductible": st.sampled_from(["0", "250", "500.00"])},
    ),
    rule("custom", {"code": codes, "description": st.just("Certificate"), "amount": cents}),
)
any_rule: Rules = st.one_of(per_thing, timed, lead_times, line_haul, discounts())


def configs(rules: Rules = any_rule) -> Rules:
    """Valid price lists."""
    required = {
        "base_hourly_rate": rates,
        "base_mileage_rate": rates,
        "minimum_charge": cents,
        "surcharge_rules": st.lists(rules, max_size=8),
    }
    optional = {
        "flat_rate": cents,
        "included_crew": st.integers(1, 4),
        "extra_mover_hourly_rate": rates,
        "minimum_hours": decimals(2, 5),
        "billing_increment_minutes": st.sampled_from([1, 5, 7, 10, 15, 20, 30, 60]),
        "travel": st.sampled_from(["none", "portal_to_portal", "double_drive"]),
        "double_drive_free_miles": st.integers(0, 30),
        "tax_rate": st.sampled_from(["0", "0.0875", "0.1", "0.99"]),
        "deposit": st.fixed_dictionaries({"percent": percents}) | st.fixed_dictionaries({"amount": cents}),
        "platform_fee_percent": percents,
    }

    def is_valid(drawn: Json) -> bool:
        kinds = {written["type"] for written in drawn["surcharge_rules"]}
        free = float(drawn["base_hourly_rate"]) == 0
        return not free or float(drawn.get("flat_rate", 0)) > 0 or bool(kinds & {"distance", "volume", "weight"})

    return st.fixed_dictionaries(required, optional=optional).filter(is_valid)


ends = st.fixed_dictionaries(
    {},
    optional={
        "flights": st.integers(0, 5),
        "elevator": st.booleans(),
        "carry_ft": st.integers(0, 300),
        "full_truck_access": st.booleans(),
    },
)
pieces = st.builds(
    lambda code, quantity: {"code": code, "categories": ITEMS[code], "quantity": quantity},
    st.sampled_from(sorted(ITEMS)),
    st.integers(1, 4),
)


def jobs() -> Rules:
    """Jobs as `simulate` takes them; the fuel index is always told."""
    required = {
        "starts_at": instants,
        "pickup_zone": st.sampled_from(ZONES),
        "hours": decimals(2, 14),
        "booked_at": instants,
        "fuel_index_price": decimals(3, 6),
    }
    optional = {
        "crew": st.integers(1, 6),
        "distance_miles": decimals(2, 90),
        "drive_minutes": st.integers(0, 200),
        "base_to_pickup_minutes": st.integers(0, 90),
        "dropoff_to_base_minutes": st.integers(0, 90),
        "volume_cuft": st.integers(0, 2500),
        "weight_lb": st.integers(0, 26_000),
        "pickup": ends,
        "dropoff": ends,
        "inventory": st.lists(pieces, max_size=4),
        "packing": st.fixed_dictionaries({"cartons": st.integers(0, 90), "hours": decimals(2, 9)}),
        "valuation": st.fixed_dictionaries(
            {"kind": st.sampled_from(["released", "full"]), "declared_value": decimals(2, 60_000)},
            optional={"deductible": st.sampled_from(["0.00", "250.00", "500"])},
        ),
        "codes": st.lists(codes, max_size=4),
        "discount_uses": st.dictionaries(codes, st.integers(0, 4)),
    }
    return st.fixed_dictionaries(required, optional=optional)
