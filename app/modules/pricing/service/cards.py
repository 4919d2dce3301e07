"""Rate cards: versions of a price list, compiled once in a process and priced many times."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID
from weakref import WeakValueDictionary

from app.modules.pricing import repository
from app.modules.pricing.errors import ConfigNotFound, HolidaysUnknown
from app.modules.pricing.rules import CompiledConfig, PricingConfig, parse_config
from app.modules.pricing.rules.rule import Rule
from app.modules.pricing.service.holidays import make_ready
from app.runtime.db.session import ReadSession

logger = logging.getLogger(__name__)
MOST_KEPT: Final = 20_000


@dataclass(frozen=True, slots=True)
class RateCard:
    """One immutable version of a company's prices, ready to price with."""

    id: UUID
    org_id: UUID
    number: int
    compiled: CompiledConfig


# A version never changes, so what was compiled for its id holds for as long as the process lives.
_compiled: dict[UUID, RateCard] = {}

# Rules by their own text: "$40 a flight" stands in many price lists, and five thousand of them fill 60 MB otherwise.
_rules: WeakValueDictionary[str, Rule] = WeakValueDictionary()


def _parse(body: dict[str, Any]) -> PricingConfig:
    """The price list, with rules that other price lists spell alike shared with them."""
    config = parse_config(body)
    texts = (json.dumps(rule) for rule in body.get("surcharge_rules", ()))
    shared = tuple(_rules.setdefault(text, rule) for text, rule in zip(texts, config.surcharge_rules, strict=True))
    return config.model_copy(update={"surcharge_rules": shared})


def _card(config_id: UUID, org_id: UUID, number: int, body: dict[str, Any]) -> RateCard:
    card = _compiled.get(config_id)
    if card is None:
        if len(_compiled) >= MOST_KEPT:
            _compiled.clear()
        card = _compiled[config_id] = RateCard(config_id, org_id, number, make_ready(_parse(body)))
    return card


async def rate_card(session: ReadSession, org_id: UUID, config_id: UUID) -> RateCard:
    """A version by its id, whatever its status: quotes and bookings stay on theirs. Raises: ConfigNotFound (404)."""
    if config_id in _compiled and _compiled[config_id].org_id == org_id:
        return _compiled[config_id]
    config = await repository.get_config(session, org_id, config_id)
    if config is None:
        raise ConfigNotFound
    return _card(config.id, config.org_id, config.number, config.body)


async def active_card(session: ReadSession, org_id: UUID) -> RateCard | None:
    config = await repository.get_active(session, org_id)
    return None if config is None else _card(config.id, config.org_id, config.number, config.body)


async def active_cards(session: ReadSession, org_ids: Sequence[UUID]) -> dict[UUID, RateCard]:
    """For the market: the cards in force of these companies. Only bodies never seen before are fetched."""
    active = await repository.list_active_ids(session, org_ids)
    unseen = [config_id for _, config_id in active if config_id not in _compiled]
    if unseen:
        for row in await repository.list_bodies(session, unseen):
            try:
                _card(row.id, row.org_id, row.number, row.body)
            except HolidaysUnknown:
                # The library has dropped a calendar since: this company is out of the market, not the whole search.
                logger.warning("prices without holidays", extra={"pricing_config_id": str(row.id)})
    return {org_id: _compiled[config_id] for org_id, config_id in active if config_id in _compiled}
