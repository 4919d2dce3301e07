"""Binding, non-binding, or with a ceiling: what the total of a price is worth once the move is made."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from app.kernel.money import ExactDecimal, Money, round_cents
from app.kernel.text import Text120
from app.modules.pricing.rules.delivery import LIMITS
from app.modules.pricing.rules.extras import with_lines
from app.modules.pricing.rules.rule import HUNDRED, ONE, Strict, plain, refusal
from app.modules.pricing.values import EstimateKind, Line, Price, Promise, Unit

CEILING: Final = "estimate_ceiling"
CENT: Final = Decimal("0.01")
_CeilingPercent = Annotated[ExactDecimal, Field(ge=100, le=1000, decimal_places=4), AfterValidator(plain)]


class EstimateTerms(Strict):
    """What a company promises with its prices. A ceiling is a percent of the total, and needs its authority: a law, a
    tariff, or the company's own word.
    """

    kind: EstimateKind
    ceiling_percent: _CeilingPercent | None = None
    authority: Text120 | None = None

    @model_validator(mode="after")
    def refuse_ceiling_of_another_kind(self) -> Self:
        has_ceiling = self.kind is EstimateKind.NOT_TO_EXCEED
        if has_ceiling != (self.ceiling_percent is not None):
            reason = "A not_to_exceed estimate has its ceiling, and no other has one."
            raise refusal((("ceiling_percent",), "ceiling_by_kind", reason))
        if self.authority is not None and not has_ceiling:
            raise refusal((("authority",), "ceiling_by_kind", "The law is the authority of this kind: leave it out."))
        return self


def promise_of(terms: EstimateTerms | None, total: Money) -> Promise | None:
    """What is promised with a total. The limit of a non-binding estimate is of the law, at the door, and no ceiling."""
    if terms is None:
        return None
    authority = terms.authority or LIMITS[terms.kind][1]
    if terms.kind is EstimateKind.NON_BINDING:
        return Promise(terms.kind, None, authority)
    return Promise(terms.kind, _share(total, terms.ceiling_percent or HUNDRED), authority)


def keep_promise(agreed: Price, worked: Price, tax_rate: Decimal) -> Price:
    """What is owed for the move as worked: of a binding estimate what was agreed; with a ceiling, no more than it, by a
    line of its own before the tax. `tax_rate`: of the price list that made both.
    """
    promise = agreed.promise
    if promise is None:
        return worked
    if promise.kind is EstimateKind.BINDING:
        return agreed
    worked = worked._replace(promise=promise)
    if promise.ceiling is None or worked.total.amount <= promise.ceiling.amount:
        return worked
    over = worked.subtotal.amount - _before_tax(promise.ceiling.amount, tax_rate)
    taken_off = Money(-over, worked.subtotal.currency)
    line = Line(CEILING, "Not above the ceiling of the estimate", ONE, Unit.JOB, taken_off.amount, taken_off, None)
    return with_lines(worked, [line], tax_rate)


def _before_tax(total: Decimal, tax_rate: Decimal) -> Decimal:
    """What comes to no more than the total with its tax, which is rounded by itself."""
    subtotal = round_cents(total / (ONE + tax_rate))
    while subtotal + round_cents(subtotal * tax_rate) > total:
        subtotal -= CENT
    return subtotal


def _share(money: Money, percent: Decimal) -> Money:
    return Money(round_cents(money.amount * percent / HUNDRED), money.currency)
