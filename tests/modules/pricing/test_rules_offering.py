"""Discounts that may be had so many times: what one booking uses of them."""

from __future__ import annotations

import pytest

from app.modules.pricing.rules import limited_discounts, parse_config
from tests.modules.pricing.generators import Json
from tests.modules.pricing.jobs import config, job, priced

pytestmark = pytest.mark.unit


def discount(code: str, most: int | None) -> Json:
    return {"type": "discount", "code": code, "percent": "5"} | ({} if most is None else {"max_uses": most})


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([discount("TWICE", 3), discount("TWICE", 1)], {"TWICE": 1}),
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
