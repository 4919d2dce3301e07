"""Binding, non-binding and with a ceiling: what is promised with a price, and what is owed once the move is made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.kernel.money import Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules import parse_config
from app.modules.pricing.rules.extras import Extra, add_extras
from app.modules.pricing.rules.keeping import CEILING, keep_promise
from app.modules.pricing.values import EstimateKind, Line, Unit
from tests.modules.pricing.generators import Json, configs, jobs
from tests.modules.pricing.jobs import config, job, priced

pytestmark = pytest.mark.unit

BINDING = {"kind": "binding"}
CEILING_110 = {"kind": "not_to_exceed", "ceiling_percent": "110", "authority": "Our word"}
RATE = "0.0875"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


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
    kept = keep_promise(agreed, worked, parse_config(body))
    assert (f"{kept.total.amount:.2f}", [line.code for line in kept.lines]) == (owed, codes)
    assert kept.promise == agreed.promise
    extra = Extra("piano", "A piano, as agreed", Money(Decimal("100.00"), "USD"))
    more = add_extras(kept, [extra], Decimal(RATE))
    # What was agreed on beside it is owed too, and taxed with the rest, to the cent.
    assert abs(more.total.amount - kept.total.amount - Decimal("108.75")) <= Decimal("0.01")


@given(config=configs(), told=jobs(), hours=st.integers(0, 40), percent=st.integers(100, 150))
def test_no_ceiling_is_ever_passed(config: Json, told: Json, hours: int, percent: int) -> None:
    body = {**config, "estimate": {"kind": "not_to_exceed", "ceiling_percent": percent}}
    first = job(**told)
    try:
        agreed, worked = priced(body, first), priced(body, replace(first, hours=Decimal(hours)))
    except NotPriced:
        assume(False)
        raise
    kept = keep_promise(agreed, worked, parse_config(body))
    assert agreed.promise is not None
    assert agreed.promise.ceiling is not None
    assert 0 <= kept.total.amount <= agreed.promise.ceiling.amount
    assert sum((line.amount.amount for line in kept.lines), Decimal(0)) == kept.total.amount
    # No more is given away than the tax is rounded by.
    if worked.total.amount > agreed.promise.ceiling.amount:
        assert agreed.promise.ceiling.amount - kept.total.amount <= Decimal("0.03")


def test_what_is_taken_off_stands_in_a_line_of_its_own() -> None:
    body = config(tax_rate=RATE, estimate=CEILING_110)
    kept = keep_promise(priced(body, job()), priced(body, job(hours="4")), parse_config(body))
    line = kept.lines[1]
    # 495.01 with its tax of 43.31 are 538.32.
    assert line == Line(
        CEILING, "Not above the ceiling of the estimate", Decimal(1), Unit.JOB, Decimal("-104.99"), usd("-104.99"), None
    )
    assert kept.subtotal == usd("495.01")
    assert kept.lines[2].amount == usd("43.31")


def test_where_no_subtotal_comes_to_the_ceiling_it_is_a_cent_less() -> None:
    body = config(base_hourly_rate="250.96", tax_rate=RATE, estimate=CEILING_110)
    kept = keep_promise(priced(body, job(hours="1")), priced(body, job(hours="9")), parse_config(body))
    # The ceiling is 300.21: 276.06 with its tax are 300.22, and 276.05 are 300.20.
    assert (kept.subtotal, kept.total) == (usd("276.05"), usd("300.20"))


def test_at_the_ceiling_nothing_is_taken_off() -> None:
    body = config(estimate={"kind": "not_to_exceed", "ceiling_percent": "100"})
    agreed = priced(body, job())
    assert keep_promise(agreed, priced(body, job()), parse_config(body)) == agreed
    assert keep_promise(agreed, priced(body, job(hours="3.25")), parse_config(body)).total == agreed.total


def test_without_a_promise_what_was_worked_is_owed() -> None:
    worked = priced(config(), job(hours="9"))
    assert keep_promise(priced(config(), job()), worked, parse_config(config())) is worked


@pytest.mark.parametrize(
    ("deposit", "asked"), [({"percent": "20"}, "107.66"), ({"amount": "600.00"}, "538.32"), (None, "0.00")]
)
def test_fee_and_deposit_are_of_what_is_kept(deposit: Json | None, asked: str) -> None:
    body = config(tax_rate=RATE, estimate=CEILING_110, platform_fee_percent="10", deposit=deposit)
    kept = keep_promise(priced(body, job()), priced(body, job(hours="9")), parse_config(body))
    # Worked 1350.00 before tax; kept are 495.01, and 538.32 with it.
    assert (kept.total, kept.platform_fee, kept.deposit) == (usd("538.32"), usd("49.50"), usd(asked))
