"""What a price list says of the services that a customer chooses: whether it has them, and how often a discount."""

from __future__ import annotations

from app.modules.pricing.rules.config import PricingConfig
from app.modules.pricing.rules.discounts import DiscountRule
from app.modules.pricing.rules.services import PackingRule, ValuationRule
from app.modules.pricing.values import Job, Price, Service, ValuationKind


def unoffered(config: PricingConfig, job: Job) -> tuple[Service, ...]:
    """The services of the job that the price list names no price for: nobody does them for nothing.

    Released value is the law's and costs nothing where no rule says otherwise.
    """
    rules = config.surcharge_rules
    missing = []
    if job.packing is not None and not any(isinstance(rule, PackingRule) for rule in rules):
        missing.append(Service.PACKING)
    chosen = job.valuation
    if chosen is not None and chosen.kind is ValuationKind.FULL:
        sold = {(rule.kind, rule.deductible) for rule in rules if isinstance(rule, ValuationRule)}
        if (chosen.kind, chosen.deductible) not in sold:
            missing.append(Service.VALUATION)
    return tuple(missing)


def limited_discounts(config: PricingConfig, price: Price) -> dict[str, int]:
    """The codes of the price's discounts that may be had so many times only, and how many times: of several rules with
    one code, the least.
    """
    found: dict[str, int] = {}
    for line in price.lines:
        rule = None if line.rule is None else config.surcharge_rules[line.rule]
        if isinstance(rule, DiscountRule) and rule.max_uses is not None:
            found[rule.code] = min(rule.max_uses, found.get(rule.code, rule.max_uses))
    return found
