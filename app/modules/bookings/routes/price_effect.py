from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from app.kernel.money import MoneyOut, money_out
from app.modules.bookings.access import PricesRead
from app.modules.bookings.schemas.price_effect import ComparedOut, EffectOut, EffectQuery
from app.modules.bookings.service.price_effect import Compared, Effect, compare_on_bookings
from app.modules.pricing.public import ConfigNotFound, CurrenciesDiffer, Price, Unpriced
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read

router = APIRouter(prefix="/v1/pricing-configs", tags=["prices"], route_class=IdempotentRoute)


@router.get("/{config_id}/effect", responses=problems(ConfigNotFound, CurrenciesDiffer))
async def show_price_effect(
    config_id: UUID, query: Annotated[EffectQuery, Query()], actor: PricesRead, session: Read
) -> EffectOut:
    """What these prices would have made of your bookings of the last 90 days. For the office and accountants."""
    return _effect_out(await compare_on_bookings(session, actor, query.since, config_id), query.limit)


def _effect_out(effect: Effect, limit: int) -> EffectOut:
    currency = effect.after.compiled.config.currency
    before, after = effect.totals
    return EffectOut(
        version_before=effect.before.number,
        version_after=effect.after.number,
        since=effect.since,
        compared=len(effect.compared),
        is_capped=effect.is_capped,
        changed=len(effect.changed),
        not_priced_before=sum(isinstance(one.before, Unpriced) for one in effect.compared),
        not_priced_after=sum(isinstance(one.after, Unpriced) for one in effect.compared),
        total_before=money_out(before, currency),
        total_after=money_out(after, currency),
        change=money_out(after - before, currency),
        bookings=[_compared_out(one, currency) for one in effect.changed[:limit]],
    )


def _compared_out(one: Compared, currency: str) -> ComparedOut:
    return ComparedOut(
        booking_id=one.id,
        reference=one.reference,
        starts_at=one.starts_at,
        before=_total_out(one.before),
        after=_total_out(one.after),
        change=None if one.change is None else money_out(one.change, currency),
        not_priced=next((side for side in (one.before, one.after) if isinstance(side, Unpriced)), None),
    )


def _total_out(price: Price | Unpriced) -> MoneyOut | None:
    return None if isinstance(price, Unpriced) else money_out(*price.total)
