"""Work that the promised price did not hold, added to it on the day."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.kernel.money import LARGEST_AMOUNT, Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules.extras import Extra, add_extras, agreed_price
from app.modules.pricing.values import Line, Price, Unit, Unpriced

pytestmark = pytest.mark.unit


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def line(code: str, description: str, amount: str) -> Line:
    return Line(code, description, Decimal(1), Unit.JOB, Decimal(amount), usd(amount), None)


AGREED = line("agreed_price", "Price as agreed", "500.00")
WAITING = line("waiting", "Waiting", "40.00")


def test_a_price_agreed_by_people_is_one_line_with_nothing_beside_it() -> None:
    nothing = usd("0")
    assert agreed_price(usd("500.00")) == Price((AGREED,), usd("500.00"), usd("500.00"), nothing, nothing, ())


def test_extras_are_taxed_with_the_rest() -> None:
    agreed = agreed_price(usd("500.00"))
    once = add_extras(agreed, [Extra("waiting", "Waiting", usd("40.00"))], Decimal("0.1"))
    tax = Line("tax", "Tax", Decimal("0.1"), Unit.SHARE, Decimal("540.00"), usd("54.00"), None)
    assert once == Price((AGREED, WAITING, tax), usd("540.00"), usd("594.00"), usd("0"), usd("0"), ())
    twice = add_extras(once, [Extra("piano", "A piano", usd("60.00"))], Decimal("0.1"))
    assert [(one.code, one.amount) for one in twice.lines] == [
        ("agreed_price", usd("500.00")),
        ("waiting", usd("40.00")),
        ("piano", usd("60.00")),
        ("tax", usd("60.00")),
    ]
    assert twice.total == usd("660.00")


def test_without_a_tax_there_is_no_line_of_it_and_without_extras_no_change() -> None:
    agreed = agreed_price(usd("500.00"))
    assert add_extras(agreed, [], Decimal("0.1")) is agreed
    assert add_extras(agreed, [Extra("waiting", "Waiting", usd("40.00"))], Decimal(0)).lines == (AGREED, WAITING)


def test_a_total_that_no_invoice_can_hold_is_refused() -> None:
    largest = Money(LARGEST_AMOUNT, "USD")
    assert add_extras(agreed_price(usd("0.00")), [Extra("all", "All", largest)], Decimal(0)).total == largest
    with pytest.raises(NotPriced) as refused:
        add_extras(agreed_price(usd("0.01")), [Extra("all", "All", largest)], Decimal(0))
    assert refused.value.reason is Unpriced.TOTAL_TOO_LARGE
