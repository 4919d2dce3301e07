"""What a config may say but hardly means: told to its author, never refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from app.kernel.errors import Fault
from app.modules.pricing.rules.config import PricingConfig
from app.modules.pricing.rules.discounts import DiscountRule
from app.modules.pricing.rules.timing import HolidayRule


def lint(config: PricingConfig, today: date) -> tuple[Fault, ...]:
    """Rules that time has passed by, and rules that stand twice. `today` is the company's date."""
    return (*_passed_by(config, today), *_repeated(config))


def _passed_by(config: PricingConfig, today: date) -> Iterator[Fault]:
    for index, rule in enumerate(config.surcharge_rules):
        where = f"/surcharge_rules/{index}"
        if isinstance(rule, HolidayRule) and rule.dates is not None and max(rule.dates) < today:
            yield Fault(f"{where}/dates", "passed_by", "All these dates have passed.")
        if isinstance(rule, DiscountRule) and rule.valid is not None and rule.valid.to < today:
            yield Fault(f"{where}/valid/to", "passed_by", "This discount has ended.")


def _repeated(config: PricingConfig) -> Iterator[Fault]:
    rules = config.surcharge_rules
    for index, rule in enumerate(rules):
        if rule in rules[:index]:
            first = rules.index(rule)
            yield Fault(f"/surcharge_rules/{index}", "repeated", f"The same as rule {first}: both are charged.")
