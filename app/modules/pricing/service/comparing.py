"""Two versions of a price list tried on the same jobs."""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Mover
from app.modules.pricing.errors import ConfigNotFound, CurrenciesDiffer, NotPriced
from app.modules.pricing.rules import price
from app.modules.pricing.service.cards import RateCard, active_card, rate_card
from app.modules.pricing.values import Job, Price, Unpriced
from app.runtime.db.session import ReadSession


async def cards_to_compare(
    session: ReadSession, actor: Mover, since: UUID | None, config_id: UUID
) -> tuple[RateCard, RateCard]:
    """The version `since`, or the one in force, and the version `config_id`.

    Raises: ConfigNotFound (404), CurrenciesDiffer (409).
    """
    after = await rate_card(session, actor.org_id, config_id)
    before = await (active_card(session, actor.org_id) if since is None else rate_card(session, actor.org_id, since))
    if before is None:
        raise ConfigNotFound
    if before.compiled.config.currency != after.compiled.config.currency:
        raise CurrenciesDiffer
    return before, after


def price_if_it_can(card: RateCard, job: Job) -> Price | Unpriced:
    """The price, or why there is none."""
    try:
        return price(card.compiled, job)
    except NotPriced as refused:
        return refused.reason
