"""What a config may say but hardly means: told to its author, never refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_CEILING
from typing import Final

from app.kernel.errors import Fault
from app.kernel.money import round_cents
from app.modules.pricing.rules.catalogue import CATALOGUE
from app.modules.pricing.rules.config import PricingConfig
from app.modules.pricing.rules.discounts import DiscountRule
from app.modules.pricing.rules.services import ItemRule
from app.modules.pricing.rules.timing import HolidayRule
from app.modules.pricing.values import CUSTOM_ITEM, Travel

# What a rule says that says nothing.
NOTHING: Final = {"amount": 0, "multiplier": 1, "percent": 0}
# What a rule asks for, not when.
PRICE: Final = {
    *("amount", "multiplier", "compounds", "percent", "per_flight", "per_item", "per_ft", "amount_per_carton"),
    *("hourly", "rate_per_1000", "bands", "table", "base_price", "description"),
}
KNOWN_CODES: Final = frozenset((*CATALOGUE, CUSTOM_ITEM))
KNOWN_CATEGORIES: Final = frozenset(
    (CUSTOM_ITEM, *(category for item in CATALOGUE.values() for category in item.categories))
)


def lint(config: PricingConfig, today: date) -> tuple[Fault, ...]:
    """Rules that time has passed by, that ask for what is never moved, stand twice, always come together or change
    nothing, miles that no travel asks for, and a minimum that no job falls below.

    `today` is the company's date.
    """
    return (
        *_minimum(config),
        *_free_miles(config),
        *_passed_by(config, today),
        *_never_moved(config),
        *_repeated(config),
        *_without_effect(config),
    )


def _minimum(config: PricingConfig) -> Iterator[Fault]:
    """The least labour: the minimum hours, in started increments."""
    increment = config.billing_increment_minutes
    started = (config.minimum_hours * 60 / increment).to_integral_value(ROUND_CEILING)
    least = config.base_hourly_rate * started * increment / 60
    if 0 < config.minimum_charge <= least and not any(isinstance(r, DiscountRule) for r in config.surcharge_rules):
        sentence = f"The minimum hours alone come to {round_cents(least)}: this minimum is never charged."
        yield Fault("/minimum_charge", "never_applies", sentence)


def _free_miles(config: PricingConfig) -> Iterator[Fault]:
    if config.double_drive_free_miles and config.travel is not Travel.DOUBLE_DRIVE:
        sentence = f"Only double_drive has free miles, and travel is {config.travel}."
        yield Fault("/double_drive_free_miles", "never_applies", sentence)


def _never_moved(config: PricingConfig) -> Iterator[Fault]:
    """Things and categories that the catalogue has not: no estimate and no search names them."""
    for index, rule in enumerate(config.surcharge_rules):
        if not isinstance(rule, ItemRule):
            continue
        where = f"/surcharge_rules/{index}"
        if rule.category is not None and rule.category not in KNOWN_CATEGORIES:
            yield Fault(f"{where}/category", "never_applies", "Nothing in the catalogue is of this category.")
        for at, code in enumerate(rule.codes or ()):
            if code not in KNOWN_CODES:
                yield Fault(f"{where}/codes/{at}", "never_applies", "The catalogue has no such item.")


def _without_effect(config: PricingConfig) -> Iterator[Fault]:
    for index, rule in enumerate(config.surcharge_rules):
        asked = {name: getattr(rule, name, None) for name in ("amount", "multiplier", "percent")}
        if any(value is not None and value == NOTHING[name] for name, value in asked.items()):
            yield Fault(f"/surcharge_rules/{index}", "without_effect", "This rule never changes a price.")


def _passed_by(config: PricingConfig, today: date) -> Iterator[Fault]:
    for index, rule in enumerate(config.surcharge_rules):
        where = f"/surcharge_rules/{index}"
        if isinstance(rule, HolidayRule) and rule.dates is not None and max(rule.dates) < today:
            yield Fault(f"{where}/dates", "passed_by", "All these dates have passed.")
        if isinstance(rule, DiscountRule) and rule.valid is not None and rule.valid.to < today:
            yield Fault(f"{where}/valid/to", "passed_by", "This discount has ended.")


def _repeated(config: PricingConfig) -> Iterator[Fault]:
    rules = config.surcharge_rules
    conditions = [rule.model_dump(mode="json", exclude=PRICE) for rule in rules]
    for index, rule in enumerate(rules):
        first = conditions.index(conditions[index])
        if rule in rules[:index]:
            first = rules.index(rule)
            yield Fault(f"/surcharge_rules/{index}", "repeated", f"The same as rule {first}: both are charged.")
        elif first < index:
            sentence = f"Applies whenever rule {first} does: both are charged."
            yield Fault(f"/surcharge_rules/{index}", "always_together", sentence)
