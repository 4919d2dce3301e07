"""Binding, non-binding, or with a ceiling: what the total of a price is worth."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from app.kernel.money import ExactDecimal, Money, round_cents
from app.kernel.text import Text120
from app.modules.pricing.rules.delivery import LIMITS
from app.modules.pricing.rules.rule import HUNDRED, Strict, plain, refusal
from app.modules.pricing.values import EstimateKind, Promise

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


def _share(money: Money, percent: Decimal) -> Money:
    return Money(round_cents(money.amount * percent / HUNDRED), money.currency)
