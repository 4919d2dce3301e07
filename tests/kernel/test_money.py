from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.kernel.money import LARGEST_AMOUNT, Money, MoneyIn, money_out, parse_decimal, round_cents

pytestmark = pytest.mark.unit

CENTS = st.integers(0, int(LARGEST_AMOUNT * 100)).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("exact", "cents"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("1.005", "1.01"), ("7", "7.00")],
)
def test_halves_are_rounded_away_from_zero(exact: str, cents: str):
    assert str(round_cents(Decimal(exact))) == cents


@pytest.mark.parametrize(
    ("written", "read"),
    [(0.1, "0.1"), (19.99, "19.99"), ("19.99", "19.99"), (150, "150"), (1e2, "1E+2"), (" 3 ", "3"), ("1e2", "1E+2")],
)
def test_a_number_is_read_as_it_was_written(written: Any, read: str):
    assert parse_decimal(written) == Decimal(read)


@pytest.mark.parametrize(
    "written",
    [
        True, None, [], {}, "", " ", "x", "1,5", "1_000", "0x10", "\u0661", "NaN", "sNaN", "Infinity", "-inf",
        float("nan"), float("inf"), 0.12345678901234567, 1e300, "1e40", "1" * 41, b"1",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_exact_number_is_refused(written: Any):
    with pytest.raises(ValueError, match=r"must be|has more digits|out of range"):
        parse_decimal(written)


@given(CENTS)
def test_an_amount_goes_out_and_comes_back_to_the_cent(amount: Decimal):
    out = money_out(amount, "USD")
    assert MoneyIn.model_validate(out.model_dump()).to_money() == Money(amount, "USD")
    assert out.amount.partition(".")[2].isdigit()
    assert len(out.amount.partition(".")[2]) == 2


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "10000000000", -1, 0.001, "1e10"])
def test_an_amount_out_of_bounds_is_refused(amount: Any):
    with pytest.raises(ValidationError):
        MoneyIn(amount=amount)


@pytest.mark.parametrize("currency", ["usd", "US", "DOLLAR", "", "XXX", "JPY", "KWD"])
def test_a_currency_is_one_of_two_decimals_that_we_know(currency: str):
    with pytest.raises(ValidationError):
        MoneyIn(amount=Decimal(1), currency=currency)


def test_currencies_are_never_added_up():
    assert Money(Decimal(1), "USD").plus(Money(Decimal(2), "USD")) == Money(Decimal(3), "USD")
    with pytest.raises(ValueError, match="cannot add EUR to USD"):
        Money(Decimal(1), "USD").plus(Money(Decimal(1), "EUR"))
