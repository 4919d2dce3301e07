"""Prices of the past made again, for those that store them: quotes, bookings, invoices."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.modules.pricing import repository
from app.modules.pricing.errors import ConfigInvalid
from app.modules.pricing.rules import compile_config, parse_config
from app.modules.pricing.rules.moved import Moved
from app.modules.pricing.rules.timing import HolidayRule
from app.modules.pricing.service.cards import RateCard
from app.runtime.db.session import ReadSession

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A stored price that is another when made again."""

    what: str
    org_id: UUID
    id: UUID
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Repriced:
    """One step of a walk: how many prices were made again, what moved, and the last row's key; None: no row left."""

    prices: int
    findings: tuple[Finding, ...]
    last: tuple[UUID, UUID] | None


async def past_cards(session: ReadSession, config_ids: Collection[UUID]) -> dict[UUID, RateCard]:
    """Versions by id, for `price_again` alone: no library is asked for holidays, those of the stored price count.

    One that this release cannot read is left out.
    """
    cards: dict[UUID, RateCard] = {}
    for row in await repository.list_bodies(session, sorted(config_ids)):
        try:
            cards[row.id] = _past_card(row.id, row.org_id, row.number, row.body)
        except ConfigInvalid:
            logger.warning("stored prices cannot be read", extra={"pricing_config_id": str(row.id)})
    return cards


def _past_card(config_id: UUID, org_id: UUID, number: int, body: dict[str, Any]) -> RateCard:
    config = parse_config(body)
    named = {
        rule.calendar.key: frozenset[Any]()
        for rule in config.surcharge_rules
        if isinstance(rule, HolidayRule) and rule.calendar is not None
    }
    return RateCard(config_id, org_id, number, compile_config(config, named))
