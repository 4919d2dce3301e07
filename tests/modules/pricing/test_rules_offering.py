"""What a price list sells of what a customer chooses, and what one booking uses of discounts."""

from __future__ import annotations

from typing import Any

import pytest

from app.modules.pricing.rules import limited_discounts, parse_config, unoffered
from app.modules.pricing.values import Service
from tests.modules.pricing.generators import Json
from tests.modules.pricing.jobs import config, job, priced

pytestmark = pytest.mark.unit


def discount(code: str, most: int | None) -> Json:
    return {"type": "discount", "code": code, "percent": "5"} | ({} if most is None else {"max_uses": most})


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([discount("TWICE", 3), discount("TWICE", 1)], {"TWICE": 1}),
        ([discount("TWICE", 1), discount("TWICE", 3)], {"TWICE": 1}),
        ([discount("TWICE", 1), discount("TWICE", None)], {"TWICE": 1}),
        ([discount("ONE", 2), discount("OTHER", 7)], {"ONE": 2, "OTHER": 7}),
        ([discount("ONE", None)], {}),
        ([discount("NOBODYS", 1)], {}),
    ],
)
def test_a_booking_uses_each_code_once(rules: list[Json], found: dict[str, int]) -> None:
    body = config(surcharge_rules=rules)
    made = priced(body, job(codes=frozenset({"TWICE", "ONE", "OTHER"})))
    assert limited_discounts(parse_config(body), made) == found


PACKING = {"type": "packing", "hourly": "60.00"}
FULL = {"type": "valuation", "kind": "full", "rate_per_1000": 9, "deductible": 250}
PACKED = {"packing": {"cartons": 10, "hours": 1}}


def protected(kind: str, **more: Any) -> Json:
    return {"valuation": {"kind": kind, "declared_value": 20_000, **more}}


@pytest.mark.parametrize(
    ("rules", "chosen", "missing"),
    [
        ([], {}, ()),
        ([], PACKED, (Service.PACKING,)),
        ([FULL], PACKED, (Service.PACKING,)),
        ([PACKING], PACKED, ()),
        ([], protected("released"), ()),
        ([], protected("full", deductible="250"), (Service.VALUATION,)),
        ([FULL], protected("full", deductible="250"), ()),
        ([FULL], protected("full", deductible="500"), (Service.VALUATION,)),
        ([], PACKED | protected("full", deductible="250"), (Service.PACKING, Service.VALUATION)),
    ],
)
def test_what_no_rule_prices_is_not_for_sale(rules: list[Json], chosen: Json, missing: tuple[Service, ...]) -> None:
    assert unoffered(parse_config(config(*rules)), job(**chosen)) == missing
