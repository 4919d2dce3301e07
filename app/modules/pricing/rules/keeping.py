"""What is owed once a move is made, by what its price has promised."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from app.kernel.money import Money, round_cents
from app.modules.pricing.rules.config import PricingConfig
from app.modules.pricing.rules.engine import shares_of
from app.modules.pricing.rules.extras import with_lines
from app.modules.pricing.rules.rule import ONE
from app.modules.pricing.values import EstimateKind, Line, Price, Unit

CEILING: Final = "estimate_ceiling"
CENT: Final = Decimal("0.01")


def keep_promise(agreed: Price, worked: Price, config: PricingConfig) -> Price:
    """What is owed for the move as worked: of a binding estimate what was agreed; with a ceiling, no more than it, by a
    line of its own before the tax, with fee and deposit of what is left. `config`: the one that made both.
    """
    promise = agreed.promise
    if promise is None:
        return worked
    if promise.kind is EstimateKind.BINDING:
        return agreed
    worked = worked._replace(promise=promise)
    if promise.ceiling is None or worked.total.amount <= promise.ceiling.amount:
        return worked
    over = worked.subtotal.amount - _before_tax(promise.ceiling.amount, config.tax_rate)
    taken_off = Money(-over, worked.subtotal.currency)
    line = Line(CEILING, "Not above the ceiling of the estimate", ONE, Unit.JOB, taken_off.amount, taken_off, None)
    kept = with_lines(worked, [line], config.tax_rate)
    deposit, fee = shares_of(config, kept.subtotal.amount, kept.total.amount)
    return kept._replace(deposit=deposit, platform_fee=fee)


def _before_tax(total: Decimal, tax_rate: Decimal) -> Decimal:
    """What comes to no more than the total with its tax, which is rounded by itself."""
    subtotal = round_cents(total / (ONE + tax_rate))
    while subtotal + round_cents(subtotal * tax_rate) > total:
        subtotal -= CENT
    return subtotal
