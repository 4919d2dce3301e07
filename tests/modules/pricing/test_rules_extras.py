"""Work that the promised price did not hold, added to it on the day."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.kernel.money import LARGEST_AMOUNT, Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules.extras import Extra, add_extras, agreed_price
from app.modules.pricing.values import Unpriced

pytestmark = pytest.mark.unit


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_extras_are_taxed_with_the_rest() -> None:
    final = add_extras(agreed_price(usd("500.00")), [Extra("waiting", "Waiting", usd("40.00"))], Decimal("0.1"))
    assert (final.subtotal, final.total) == (usd("540.00"), usd("594.00"))


def test_a_total_that_no_invoice_can_hold_is_refused() -> None:
    largest = Money(LARGEST_AMOUNT, "USD")
    assert add_extras(agreed_price(usd("0.00")), [Extra("all", "All", largest)], Decimal(0)).total == largest
    with pytest.raises(NotPriced) as refused:
        add_extras(agreed_price(usd("0.01")), [Extra("all", "All", largest)], Decimal(0))
    assert refused.value.reason is Unpriced.TOTAL_TOO_LARGE
