"""Promises over HTTP: in a price, in the bill, and refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.conftest import Member
from tests.factories.bookings import SMALL_JOB, complete_by_hand, write_prices

pytestmark = pytest.mark.integration

BINDING = {"kind": "binding"}


async def test_a_binding_price_is_billed_as_promised_and_extras_beside_it(
    client: httpx.AsyncClient, mover_a: Member
) -> None:
    await write_prices(client, mover_a.headers, estimate=BINDING)
    extra = {"code": "piano", "description": "A piano, as agreed", "amount": {"amount": "90.00", "currency": "USD"}}
    booking = await complete_by_hand(client, mover_a.headers, estimate=SMALL_JOB, extras=[extra])
    assert booking["price"]["estimate"]["ceiling"] == booking["price"]["total"]
    promised, final = (Decimal(booking[name]["total"]["amount"]) for name in ("price", "final_price"))
    assert final == promised + 90


@pytest.mark.parametrize(
    ("terms", "pointer"),
    [
        ({"kind": "not_to_exceed"}, "/estimate/ceiling_percent"),
        ({"kind": "not_to_exceed", "ceiling_percent": "99.9"}, "/estimate/ceiling_percent"),
        ({"kind": "binding", "ceiling_percent": "110"}, "/estimate/ceiling_percent"),
        ({"kind": "binding", "authority": "Our word"}, "/estimate/authority"),
        ({"kind": "perhaps"}, "/estimate/kind"),
        ({}, "/estimate/kind"),
    ],
)
async def test_a_promise_that_is_none_is_refused(
    client: httpx.AsyncClient, mover_a: Member, terms: dict[str, Any], pointer: str
) -> None:
    body = {"base_hourly_rate": 150, "base_mileage_rate": 2.5, "minimum_charge": 200, "estimate": terms}
    answer = await client.post("/v1/pricing-configs", headers=mover_a.headers, json=body)
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == pointer
    assert fault["example"] is not None
