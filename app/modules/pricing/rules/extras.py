"""Prices made on the day: one agreed on the phone, and work that the promised price did not hold."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from app.kernel.money import LARGEST_AMOUNT, Money, round_cents
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.values import ZERO, Line, Price, Unit, Unpriced

ONE: Final = Decimal(1)
TAX: Final = "tax"


class Extra(NamedTuple):
    """Work beyond the price, as agreed with the customer."""

    code: str
    description: str
    amount: Money


def _line(code: str, description: str, quantity: Decimal, unit: Unit, amount: Money) -> Line:
    return Line(code, description, quantity, unit, amount.amount, amount, None)


def agreed_price(amount: Money) -> Price:
    """A price of one line, agreed by people and made by no rule."""
    nothing = Money(ZERO, amount.currency)
    line = _line("agreed_price", "Price as agreed", ONE, Unit.JOB, amount)
    return Price((line,), amount, amount, nothing, nothing, ())


def add_extras(price: Price, extras: Sequence[Extra], tax_rate: Decimal) -> Price:
    """The price with the extras before its tax, and the tax on all of it.

    Raises: ValueError for an extra in another currency, NotPriced (409) for a total that no invoice can hold.
    """
    if not extras:
        return price
    lines = [_line(extra.code, extra.description, ONE, Unit.JOB, extra.amount) for extra in extras]
    return with_lines(price, lines, tax_rate)


def with_lines(price: Price, added: Sequence[Line], tax_rate: Decimal) -> Price:
    """The price with these lines before its tax, and the tax on all of it. Raises: as `add_extras`."""
    lines = [line for line in price.lines if line.code != TAX]
    subtotal = price.subtotal
    for line in added:
        lines.append(line)
        subtotal = subtotal.plus(line.amount)
    tax = Money(round_cents(subtotal.amount * tax_rate), subtotal.currency)
    if tax.amount:
        lines.append(Line(TAX, "Tax", tax_rate, Unit.SHARE, subtotal.amount, tax, None))
    total = subtotal.plus(tax)
    if total.amount > LARGEST_AMOUNT:
        raise NotPriced(Unpriced.TOTAL_TOO_LARGE)
    return price._replace(lines=tuple(lines), subtotal=subtotal, total=total)
