"""What differs between a price as it was stored and the same price made again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from app.kernel.money import Money
from app.modules.pricing.errors import NotPriced
from app.modules.pricing.rules.wire import number_text, price_from_json
from app.modules.pricing.values import Line, Price

NOTHING: Final = "nothing"
SUMS: Final = ("subtotal", "total", "deposit", "platform_fee")


class Moved(NamedTuple):
    """One place of a price, as stored and as it is when made again; both for people to read."""

    place: str
    was: str
    now: str


def money_text(money: Money) -> str:
    return f"{number_text(money.amount, 2)} {money.currency}"


def _line_text(line: Line | None) -> str:
    if line is None:
        return NOTHING
    return f"{number_text(line.quantity)} {line.unit} at {number_text(line.unit_price, 2)}: {money_text(line.amount)}"


def _by_place(price: Price) -> dict[str, Line]:
    """Lines by code and rule; what a code says twice is counted. Without descriptions: they cost nothing."""
    placed: dict[str, Line] = {}
    for line in price.lines:
        place = f"line {line.code}" if line.rule is None else f"line {line.code} (rule {line.rule})"
        count = sum(1 for known in placed if known == place or known.startswith(f"{place} no. "))
        placed[f"{place} no. {count + 1}" if count else place] = line._replace(description="")
    return placed


def compare_prices(stored: Price, made: Price) -> tuple[Moved, ...]:
    """Every line and sum that is not what it was."""
    was, now = _by_place(stored), _by_place(made)
    lines = (
        Moved(place, _line_text(was.get(place)), _line_text(now.get(place)))
        for place in dict.fromkeys((*was, *now))
        if was.get(place) != now.get(place)
    )
    sums = ((name, getattr(stored, name), getattr(made, name)) for name in SUMS)
    return (*lines, *(Moved(name, money_text(old), money_text(new)) for name, old, new in sums if old != new))


def find_moved(
    stored: Mapping[str, Any], column: tuple[Decimal, str] | None, make: Callable[[Price], Price]
) -> tuple[Moved, ...]:
    """What moved in a stored price when `make` makes it again; `column`: total and currency beside it, if any.

    A price that cannot be read or made any more has moved too.
    """
    try:
        agreed = price_from_json(stored)
        moved = compare_prices(agreed, make(agreed))
    except NotPriced as refused:
        return (Moved("total", money_text(agreed.total), f"no price: {refused.detail}"),)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return (Moved("price", "as stored", f"cannot be read ({type(error).__name__}: {error})"),)
    beside = agreed.total if column is None else Money(*column)
    if beside != agreed.total:
        moved = (*moved, Moved("total beside the lines", money_text(beside), money_text(agreed.total)))
    return moved
