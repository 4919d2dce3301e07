"""What a price list is warned of: rules that always come together, that stand twice, or whose time has passed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.modules.pricing.rules import lint, parse_config
from tests.modules.pricing.jobs import config

pytestmark = pytest.mark.unit

Json = dict[str, Any]
CHRISTMAS = {"type": "holiday", "dates": ["2027-12-24"], "amount": 40}
MAY = {"type": "discount", "code": "MAY", "percent": 10, "valid": {"from": "2027-05-01", "to": "2027-05-31"}}
CALENDAR = {"type": "holiday", "calendar": {"country": "US", "state": "CA"}, "amount": 40}


def test_lint_tells_which_rules_always_come_together() -> None:
    rules: list[Json] = [
        {"type": "weekend", "days": [0, 6], "multiplier": "1.25"},
        {"type": "stairs", "amount": 50, "per_flight": True},
        {"type": "weekend", "days": [0, 6], "amount": 40},
        {"type": "stairs", "amount": 60},
        {"type": "weekend", "days": [0], "amount": 40},
        {"type": "custom", "code": "COI", "description": "Certificate", "amount": 5},
        {"type": "custom", "code": "PET", "description": "Certificate", "amount": 5},
        {"type": "distance", "bands": [{"per_mile": 1}]},
        {"type": "distance", "bands": [{"amount": 20}]},
        {"type": "stairs", "amount": 60, "free_flights": 1},
    ]
    told = lint(parse_config(config(*rules)), date(2027, 1, 1))
    assert [(fault.pointer, fault.code) for fault in told] == [
        ("/surcharge_rules/2", "always_together"),
        ("/surcharge_rules/3", "always_together"),
        ("/surcharge_rules/8", "always_together"),
    ]
    assert [f"rule {first}" in fault.message for first, fault in zip((0, 1, 7), told, strict=True)] == [True] * 3


def test_lint_tells_what_time_has_passed_by_and_what_stands_twice() -> None:
    body = parse_config(config(CHRISTMAS, MAY, CHRISTMAS, CALENDAR))
    assert [(fault.pointer, fault.code) for fault in lint(body, date(2027, 5, 31))] == [
        ("/surcharge_rules/2", "repeated")
    ]
    assert [(fault.pointer, fault.code) for fault in lint(body, date(2027, 12, 25))] == [
        ("/surcharge_rules/0/dates", "passed_by"),
        ("/surcharge_rules/1/valid/to", "passed_by"),
        ("/surcharge_rules/2/dates", "passed_by"),
        ("/surcharge_rules/2", "repeated"),
    ]
