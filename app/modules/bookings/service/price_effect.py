"""What another version of the company's prices would have made of the bookings of the last 90 days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.bookings import repository
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession

LOOKED_BACK: Final = timedelta(days=90)
# Half a thousand bookings are priced twice in some 80 ms.
MOST_COMPARED: Final = 500


@dataclass(frozen=True, slots=True)
class Compared:
    """A booking by both versions; without a price, why there is none."""

    id: UUID
    reference: str
    starts_at: datetime
    before: pricing.Price | pricing.Unpriced
    after: pricing.Price | pricing.Unpriced

    @property
    def change(self) -> Decimal | None:
        """What it would have cost more; None where a version has no price for it."""
        if isinstance(self.before, pricing.Unpriced) or isinstance(self.after, pricing.Unpriced):
            return None
        return self.after.total.amount - self.before.total.amount


@dataclass(frozen=True, slots=True)
class Effect:
    """Both versions, and the bookings that they were tried on; `is_capped`: there are older ones in the 90 days."""

    before: pricing.RateCard
    after: pricing.RateCard
    since: datetime
    compared: Sequence[Compared]
    is_capped: bool

    @property
    def totals(self) -> tuple[Decimal, Decimal]:
        """Before and after, of those that both versions have a price for."""
        both = [one for one in self.compared if one.change is not None]
        return _sum(one.before for one in both), _sum(one.after for one in both)

    @property
    def changed(self) -> list[Compared]:
        """Those with another price: first those that only one version has a price for, then the largest change."""
        other = [one for one in self.compared if one.change != 0 and one.before != one.after]
        return sorted(other, key=lambda one: (one.change is not None, -abs(one.change or Decimal(0)), one.reference))


def _sum(prices: Iterable[pricing.Price | pricing.Unpriced]) -> Decimal:
    return sum((one.total.amount for one in prices if not isinstance(one, pricing.Unpriced)), Decimal(0))


async def compare_on_bookings(session: ReadSession, actor: Mover, since: UUID | None, config_id: UUID) -> Effect:
    """Prices the jobs as they were booked by the version `since`, or the one in force, and by `config_id`: with the way
    from the company's base as it was then, whichever prices asked for it.

    Raises: ConfigNotFound (404), CurrenciesDiffer (409).
    """
    before, after = await pricing.cards_to_compare(session, actor, since, config_id)
    first = actor.now - LOOKED_BACK
    rows = await repository.list_latest_priced(session, actor.org_id, first, MOST_COMPARED + 1)
    compared = []
    for row in rows[:MOST_COMPARED]:
        job = pricing.job_from_json(row.job)
        both = (pricing.price_if_it_can(card, job) for card in (before, after))
        compared.append(Compared(row.id, row.reference, row.starts_at, *both))
    return Effect(before, after, first, compared, len(rows) > MOST_COMPARED)
