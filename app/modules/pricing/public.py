"""What other modules may ask of prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from app.kernel.money import MoneyOut, money_out
from app.modules.pricing import repository
from app.modules.pricing.errors import (
    ConfigNotFound,
    CurrenciesDiffer,
    DiscountUsedUp,
    EstimateChanged,
    EstimateExpired,
    EstimateRefused,
    NotPriced,
    UnknownItem,
)
from app.modules.pricing.rules import (
    Starts,
    at_ends,
    job_from_json,
    job_to_json,
    packing_of,
    price,
    price_from_json,
    replay,
    unoffered,
)
from app.modules.pricing.rules import price_to_json as _price_to_json
from app.modules.pricing.rules.extras import Extra, add_extras, agreed_price
from app.modules.pricing.rules.keeping import keep_promise
from app.modules.pricing.rules.moved import Moved, find_moved, money_text
from app.modules.pricing.rules.own import COMMON, Own
from app.modules.pricing.schemas import (
    FactorOut,
    LoadIn,
    PackingWishIn,
    PriceOut,
    ServicesIn,
    ToldEstimateIn,
    estimate_request,
)
from app.modules.pricing.schemas import price_out as _price_out
from app.modules.pricing.service.cards import RateCard, active_card, active_cards, rate_card
from app.modules.pricing.service.comparing import cards_to_compare, price_if_it_can
from app.modules.pricing.service.discounts import discount_uses, lock_discounts, return_discounts, use_discounts
from app.modules.pricing.service.history import Finding, Repriced, past_cards
from app.modules.pricing.service.jobs import JobFacts, as_worked, make_job, starting_at
from app.modules.pricing.service.learning import forget_job, observe_job
from app.modules.pricing.service.loads import Load, OwnLoads, load_of, read_load
from app.modules.pricing.service.own import own_of_all
from app.modules.pricing.values import EstimateKind, Factor, Job, Packing, Price, Travel, Unpriced
from app.runtime.db.session import ReadSession

__all__ = [
    "COMMON",
    "ConfigNotFound",
    "CurrenciesDiffer",
    "DiscountUsedUp",
    "EstimateChanged",
    "EstimateExpired",
    "EstimateRefused",
    "Extra",
    "Factor",
    "FactorOut",
    "Finding",
    "Job",
    "JobFacts",
    "Load",
    "LoadIn",
    "Moved",
    "NotPriced",
    "Own",
    "OwnLoads",
    "Packing",
    "PackingWishIn",
    "Price",
    "PriceOut",
    "RateCard",
    "Repriced",
    "ServicesIn",
    "Starts",
    "ToldEstimateIn",
    "Travel",
    "UnknownItem",
    "Unpriced",
    "active_card",
    "active_cards",
    "add_extras",
    "agreed_price",
    "as_promised",
    "as_worked",
    "at_ends",
    "cards_to_compare",
    "deposit_out",
    "discount_uses",
    "estimate_request",
    "find_moved",
    "find_repriced",
    "forget_job",
    "fuel_index_for",
    "has_active_config",
    "is_binding",
    "is_offered",
    "job_from_json",
    "job_to_json",
    "load_of",
    "lock_discounts",
    "make_job",
    "money_text",
    "observe_job",
    "own_of_all",
    "packing_of",
    "past_cards",
    "platform_fee_out",
    "price_again",
    "price_from_json",
    "price_if_it_can",
    "price_job",
    "price_out",
    "price_to_json",
    "rate_card",
    "read_load",
    "return_discounts",
    "starting_at",
    "use_discounts",
]

VERSION = "config_version"
FUEL_CURRENCY: Final = "USD"


def price_job(card: RateCard, job: Job) -> Price:
    """Raises: NotPriced (409)."""
    return price(card.compiled, job)


def is_offered(card: RateCard, job: Job) -> bool:
    """Whether the prices name the services that the job asks for."""
    return not unoffered(card.compiled.config, job)


def fuel_index_for(card: RateCard, dollars: Decimal | None) -> Decimal | None:
    """The fuel index, US dollars a gallon, for a price list in them; None: it says nothing to any other."""
    return dollars if card.compiled.config.currency == FUEL_CURRENCY else None


def price_again(card: RateCard, job: Job, agreed: Price) -> Price:
    """A job on the day it was agreed for, with the holidays of then: no newer library moves its price.

    Raises: NotPriced (409).
    """
    return replay(card.compiled.config, job, agreed.holidays)


def find_repriced(
    stored: dict[str, Any], column: tuple[Decimal, str] | None, job: dict[str, Any], card: RateCard | None
) -> tuple[Moved, ...]:
    """What is another when a price list's price is made again of its stored job; `card`: one of `past_cards`."""
    if card is None:
        return (Moved("price list", "as stored", "cannot be read"),)
    moved = find_moved(stored, column, lambda agreed: price_again(card, job_from_json(job), agreed))
    if stored.get(VERSION) != card.number:
        moved = (*moved, Moved("version of the price list", str(stored.get(VERSION)), str(card.number)))
    return moved


def as_promised(card: RateCard, agreed: Price, worked: Price) -> Price:
    """What is owed for the move as worked, by what its price list promised."""
    return keep_promise(agreed, worked, card.compiled.config)


def is_binding(agreed: Price) -> bool:
    """Whether it is owed as it was promised, whatever is worked."""
    return agreed.promise is not None and agreed.promise.kind is EstimateKind.BINDING


def price_to_json(priced: Price, config_version: int | None) -> dict[str, Any]:
    """The stored form of a price, with the version that made it."""
    return _price_to_json(priced) | {VERSION: config_version}


def price_out(stored: dict[str, Any]) -> PriceOut:
    """A stored price as it is answered."""
    return _price_out(price_from_json(stored), stored.get(VERSION))


def deposit_out(stored: dict[str, Any]) -> MoneyOut:
    """What a stored price asks for when it is booked."""
    return money_out(*price_from_json(stored).deposit)


def platform_fee_out(stored: dict[str, Any]) -> MoneyOut:
    """The platform's share of a stored price: inside its total, and for the company to know."""
    return money_out(*price_from_json(stored).platform_fee)


async def has_active_config(session: ReadSession, org_id: UUID) -> bool:
    return await repository.get_active(session, org_id) is not None
