"""How long one price takes, beside a hand-written function that knows its ten rules by heart.

`python -m bench.pricing` prints both and 200 configs for one job, and fails where a limit is passed. The
collector of cycles looks as seldom as in the process that serves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from time import process_time
from typing import Any, Final

from app.modules.pricing.rules import compile_config, parse_config, price
from app.modules.pricing.schemas import JobIn
from app.modules.pricing.values import Job, Price
from app.runtime.memory import collect_seldom

ONE_PRICE_MICROSECONDS: Final = 50
TWO_HUNDRED_PRICES_MILLISECONDS: Final = 10
SHARE_OF_STRAIGHT_LINE: Final = 0.25
CENT: Final = Decimal("0.01")

CONFIG: Final[dict[str, Any]] = {
    "base_hourly_rate": "150.00",
    "base_mileage_rate": "2.50",
    "minimum_charge": "200.00",
    "tax_rate": "0.0825",
    "surcharge_rules": [
        {"type": "stairs", "amount": "50.00", "per_flight": True},
        {"type": "weekend", "multiplier": "1.25", "days": [0, 6]},
        {"type": "long_carry", "amount": "75.00", "per_ft": 75, "free_ft": 75},
        {"type": "item", "category": "piano", "amount": "200.00", "per_item": True},
        {"type": "after_hours", "from": "17:00", "to": "08:00", "multiplier": "1.50"},
        {"type": "season", "from": "05-15", "to": "09-30", "multiplier": "1.20"},
        {"type": "distance", "bands": [{"up_to_miles": 5, "per_mile": "1.00"}, {"per_mile": "2.00"}]},
        {"type": "fuel", "percent": "5"},
        {"type": "holiday", "dates": ["2027-06-05"], "multiplier": "2.00"},
        {"type": "discount", "code": "SPRING", "percent": "10"},
    ],
}
JOB: Final[dict[str, Any]] = {
    "starts_at": "2027-06-05T07:00:00-07:00",
    "pickup_zone": "America/Los_Angeles",
    "hours": "3",
    "distance_miles": "10",
    "pickup": {"flights": 3, "carry_ft": 90},
    "inventory": [{"code": "piano_upright", "categories": ["piano"]}],
    "codes": ["SPRING"],
}


def straight_line(job: Job) -> tuple[list[tuple[Any, ...]], Decimal]:
    """The same ten rules without a config: the least that exact decimals and explained lines cost."""

    def cents(value: Decimal) -> Decimal:
        return value.quantize(CENT, ROUND_HALF_UP)

    lines: list[tuple[Any, ...]] = []
    total = Decimal(0)

    def put(code: str, quantity: Decimal, unit: str, unit_price: Decimal, rule: int | None) -> Decimal:
        nonlocal total
        amount = cents(quantity * unit_price)
        if amount:
            lines.append((code, quantity, unit, unit_price, amount, rule))
            total += amount
        return amount

    quarters = (job.hours * 4).to_integral_value(ROUND_CEILING)
    labour = put("labour", quarters / 4, "hour", Decimal("150.00"), None)
    mileage = put("mileage", job.distance_miles, "mile", Decimal("2.50"), None)
    base = labour + mileage
    local = job.local_start
    ends = (job.pickup, job.dropoff)
    flights = sum(end.flights for end in ends if not end.elevator)
    put("stairs", Decimal(flights), "flight", Decimal("50.00"), 0)
    if local.isoweekday() >= 6:
        put("weekend", Decimal("0.25"), "share", base, 1)
    carries = sum(max(0, -(-(int(end.carry_ft) - 75) // 75)) for end in ends)
    put("long_carry", Decimal(carries), "carry", Decimal("75.00"), 2)
    put("item", Decimal(job.pieces_by_category.get("piano", 0)), "piece", Decimal("200.00"), 3)
    if local.hour >= 17 or local.hour < 8:
        put("after_hours", Decimal("0.50"), "share", base, 4)
    if (5, 15) <= (local.month, local.day) <= (9, 30):
        put("season", Decimal("0.20"), "share", base, 5)
    miles = job.distance_miles
    distance = put("distance", Decimal(1), "job", min(miles, Decimal(5)) + max(Decimal(0), miles - 5) * 2, 6)
    put("fuel", Decimal("0.05"), "share", mileage + distance, 7)
    if (local.month, local.day) == (6, 5):
        put("holiday", Decimal(1), "share", base, 8)
    if "SPRING" in job.codes:
        put("discount", Decimal("0.1"), "share", -total, 9)
    if total < 200:
        put("minimum_charge_adjustment", Decimal(1), "job", 200 - total, None)
    put("tax", Decimal("0.0825"), "share", total, None)
    return lines, total


def microseconds(work: Callable[[], object], times: int) -> float:
    """Of the processor, for one call: the best of seven runs."""
    best = float("inf")
    for _ in range(7):
        started = process_time()
        for _ in range(times):
            work()
        best = min(best, process_time() - started)
    return best / times * 1e6


def same_cents(ours: Price, theirs: list[tuple[Any, ...]]) -> bool:
    return [(line.code, line.amount.amount) for line in ours.lines] == [(line[0], line[4]) for line in theirs]


def main() -> int:
    job = JobIn.model_validate(JOB).to_job(datetime(2027, 5, 1, tzinfo=UTC))
    compiled = compile_config(parse_config(CONFIG))
    many = [compile_config(parse_config({**CONFIG, "base_hourly_rate": f"{100 + number}.50"})) for number in range(200)]
    if not same_cents(price(compiled, job), straight_line(job)[0]):
        print("the engine and the straight line disagree")
        return 1
    collect_seldom()
    engine = microseconds(lambda: price(compiled, job), 2000)
    limit = microseconds(lambda: straight_line(job), 2000)
    search = microseconds(lambda: [price(config, job) for config in many], 10) / 1000
    print(f"one price, ten rules     {engine:8.1f} us   (at most {ONE_PRICE_MICROSECONDS})")
    print(f"straight line            {limit:8.1f} us   ratio {limit / engine:.2f} (at least {SHARE_OF_STRAIGHT_LINE})")
    print(f"200 configs, one job     {search:8.1f} ms   (at most {TWO_HUNDRED_PRICES_MILLISECONDS})")
    kept = (
        engine <= ONE_PRICE_MICROSECONDS
        and limit / engine >= SHARE_OF_STRAIGHT_LINE
        and search <= TWO_HUNDRED_PRICES_MILLISECONDS
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
