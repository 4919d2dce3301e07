"""A price list that is right in every place: what a fault is answered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

RULES: Final = "surcharge_rules"
_EVERY_RULE: Final[tuple[dict[str, Any], ...]] = (
    {"type": "stairs", "amount": "50.00", "per_flight": True, "free_flights": 1},
    {"type": "long_carry", "amount": "75.00", "per_ft": "75", "free_ft": "75"},
    {"type": "elevator", "amount": "60.00"},
    {"type": "item", "category": "piano", "amount": "200.00", "per_item": True},
    {"type": "weekend", "days": [0, 6], "multiplier": "1.25", "compounds": False},
    {"type": "after_hours", "from": "17:30", "to": "08:00", "multiplier": "1.50", "compounds": False},
    {"type": "holiday", "calendar": {"country": "US", "state": "CA"}, "multiplier": "2.00", "compounds": False},
    {"type": "season", "from": "05-15", "to": "09-30", "multiplier": "1.20", "compounds": False},
    {"type": "lead_time", "within_hours": "48", "multiplier": "1.10", "compounds": False},
    {"type": "distance", "bands": [{"up_to_miles": "50", "per_mile": "3.00"}, {"per_mile": "2.50"}]},
    {"type": "volume", "bands": [{"up_to_cuft": "500", "per_cuft": "1.10"}, {"per_cuft": "0.90"}]},
    {"type": "weight", "bands": [{"up_to_lb": "1000", "per_100lb": "60.00"}, {"per_100lb": "48.00"}]},
    {"type": "fuel", "percent": "8"},
    {"type": "packing", "amount_per_carton": "6.50"},
    {"type": "shuttle", "amount": "250.00"},
    {"type": "valuation", "kind": "full", "rate_per_1000": "9.50", "deductible": "250.00"},
    {"type": "custom", "code": "COI", "description": "Certificate of insurance", "amount": "35.00"},
    {
        "type": "discount",
        "code": "SPRING",
        "percent": "10",
        "valid": {"from": "2027-03-01", "to": "2099-05-31"},
        "max_uses": 100,
    },
)
EXAMPLES: Final[Mapping[str, dict[str, Any]]] = {rule["type"]: rule for rule in _EVERY_RULE}
CONFIG: Final[dict[str, Any]] = {
    "base_hourly_rate": "150.00",
    "base_mileage_rate": "2.50",
    "minimum_charge": "200.00",
    RULES: [EXAMPLES["stairs"], EXAMPLES["weekend"]],
    "currency": "USD",
    "flat_rate": "0.00",
    "included_crew": 2,
    "extra_mover_hourly_rate": "45.00",
    "minimum_hours": "2",
    "billing_increment_minutes": 15,
    "travel": "portal_to_portal",
    "double_drive_free_miles": "0",
    "tax_rate": "0.0825",
    "deposit": {"percent": "20"},
    "estimate": {"kind": "not_to_exceed", "ceiling_percent": "110", "authority": "Cal. BHGS MAX 4, item 130"},
    "platform_fee_percent": "5",
}
# What is right only together with what stands beside it.
_TOGETHER: Final = frozenset({"bands", "table", "compounds", "base_price"})


def example_at(place: Sequence[str | int], body: Any) -> Any:
    """What would be right at a place of `body`: the value, or, where no value is right there, its rule as a whole
    (with its `type`); of the whole config for a field that there is not.
    """
    if len(place) < 2 or place[0] != RULES or not isinstance(place[1], int):  # noqa: PLR2004 - a rule has its number
        return _value_at(CONFIG, place, otherwise=CONFIG)
    rule = EXAMPLES.get(_type_at(place[1], body), EXAMPLES["weekend"])
    inside = place[2:]
    if _TOGETHER.intersection(inside):
        return rule
    return _value_at(rule, inside, otherwise=rule)


def _type_at(number: int, body: Any) -> str:
    written = body[RULES][number]
    return str(written.get("type")) if isinstance(written, Mapping) else ""


def _value_at(example: Any, place: Sequence[str | int], *, otherwise: Any) -> Any:
    for step in place:
        if isinstance(example, Mapping) and step in example:
            example = example[step]
        elif isinstance(example, list) and isinstance(step, int):
            example = example[-1]
        else:
            return otherwise
    return example
