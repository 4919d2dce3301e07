"""Binding, non-binding and with a ceiling: what is promised with a price, and what is owed once the move is made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules.extras import Extra, add_extras
from app.modules.pricing.rules.promise import CEILING, keep_promise
from app.modules.pricing.values import EstimateKind
from tests.conftest import Member
from tests.factories.bookings import SMALL_JOB, complete_by_hand, write_prices
from tests.modules.pricing.generators import Json, configs, jobs
from tests.modules.pricing.jobs import config, job, priced

BINDING = {"kind": "binding"}
CEILING_110 = {"kind": "not_to_exceed", "ceiling_percent": "110", "authority": "Our word"}
RATE = "0.0875"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("terms", "ceiling", "authority"),
    [
        (BINDING, "489.38", "49 CFR 375.403: 100 % of a binding estimate"),
        ({"kind": "non_binding"}, None, "49 CFR 375.405, 375.407: 110 % of a non-binding estimate"),
        # 489.38 x 1.1 = 538.318.
        (CEILING_110, "538.32", "Our word"),
    ],
)
def test_a_price_says_what_its_total_is_worth(terms: Json, ceiling: str | None, authority: str) -> None:
    promise = priced(config(tax_rate=RATE, estimate=terms), job()).promise
    assert promise is not None
    assert (promise.kind, promise.authority) == (EstimateKind(terms["kind"]), authority)
    assert promise.ceiling == (None if ceiling is None else Money(Decimal(ceiling), "USD"))
    assert priced(config(), job()).promise is None


@pytest.mark.unit
@pytest.mark.parametrize(
    ("terms", "hours", "owed", "codes"),
    [
        # 3 h are 450.00 and 39.38 of tax; 4 h 600.00 and 52.50; 3.25 h 487.50 and 42.66.
        (BINDING, "4", "489.38", ["labour", "tax"]),
        (BINDING, "2", "489.38", ["labour", "tax"]),
        ({"kind": "non_binding"}, "4", "652.50", ["labour", "tax"]),
        (CEILING_110, "3.25", "530.16", ["labour", "tax"]),
        (CEILING_110, "2", "326.25", ["labour", "tax"]),
        (CEILING_110, "4", "538.32", ["labour", CEILING, "tax"]),
    ],
)
def test_what_is_owed_is_what_was_promised(terms: Json, hours: str, owed: str, codes: list[str]) -> None:
    body = config(tax_rate=RATE, estimate=terms)
    agreed, worked = priced(body, job()), priced(body, job(hours=hours))
    kept = keep_promise(agreed, worked, Decimal(RATE))
    assert (f"{kept.total.amount:.2f}", [line.code for line in kept.lines]) == (owed, codes)
    assert kept.promise == agreed.promise
    extra = Extra("piano", "A piano, as agreed", Money(Decimal("100.00"), "USD"))
    more = add_extras(kept, [extra], Decimal(RATE))
    # What was agreed on beside it is owed too, and taxed with the rest, to the cent.
    assert abs(more.total.amount - kept.total.amount - Decimal("108.75")) <= Decimal("0.01")


@pytest.mark.unit
@given(config=configs(), told=jobs(), hours=st.integers(0, 40), percent=st.integers(100, 150))
def test_no_ceiling_is_ever_passed(config: Json, told: Json, hours: int, percent: int) -> None:
    body = {**config, "estimate": {"kind": "not_to_exceed", "ceiling_percent": percent}}
    first = job(**told)
    try:
        agreed, worked = priced(body, first), priced(body, replace(first, hours=Decimal(hours)))
    except NotPriced:
        assume(False)
        raise
    kept = keep_promise(agreed, worked, Decimal(str(body.get("tax_rate", 0))))
    assert agreed.promise is not None
    assert agreed.promise.ceiling is not None
    assert 0 <= kept.total.amount <= agreed.promise.ceiling.amount
    assert sum((line.amount.amount for line in kept.lines), Decimal(0)) == kept.total.amount
    # No more is given away than the tax is rounded by.
    if worked.total.amount > agreed.promise.ceiling.amount:
        assert agreed.promise.ceiling.amount - kept.total.amount <= Decimal("0.03")


@pytest.mark.integration
async def test_a_binding_price_is_billed_as_promised_and_extras_beside_it(
    client: httpx.AsyncClient, mover_a: Member
) -> None:
    await write_prices(client, mover_a.headers, estimate=BINDING)
    extra = {"code": "piano", "description": "A piano, as agreed", "amount": {"amount": "90.00", "currency": "USD"}}
    booking = await complete_by_hand(client, mover_a.headers, estimate=SMALL_JOB, extras=[extra])
    assert booking["price"]["estimate"]["ceiling"] == booking["price"]["total"]
    promised, final = (Decimal(booking[name]["total"]["amount"]) for name in ("price", "final_price"))
    assert final == promised + 90


@pytest.mark.integration
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
