"""A booking's two prices, the promised and the final one, made again from what is stored with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from app.kernel.money import Money
from app.modules.bookings import repository
from app.modules.pricing import public as pricing
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession
from app.runtime.db.walk import Walk

Found = tuple[str, tuple[pricing.Moved, ...]]


@dataclass(frozen=True, slots=True)
class Work:
    """What was done on the day: hours, miles, and what the promised price did not hold."""

    hours: Decimal
    distance_miles: Decimal
    extras: Sequence[pricing.Extra]

    @classmethod
    def of(cls, actuals: Mapping[str, Any]) -> Self:
        """From its stored form."""
        extras = [
            pricing.Extra(
                extra["code"],
                extra["description"],
                Money(Decimal(extra["amount"]["amount"]), extra["amount"]["currency"]),
            )
            for extra in actuals["extras"]
        ]
        return cls(Decimal(actuals["actual_hours"]), Decimal(actuals["actual_distance_miles"]), extras)

    def job(self, booked: pricing.Job) -> pricing.Job:
        """The job with the hours and miles that it took."""
        return pricing.as_worked(booked, self.hours, self.distance_miles)

    def price(self, agreed: pricing.Price, job: dict[str, Any] | None, card: pricing.RateCard | None) -> pricing.Price:
        """The final price; without job and card, that of a price agreed by hand. Raises: NotPriced (409)."""
        if job is None or card is None:
            return pricing.add_extras(agreed, self.extras, Decimal(0))
        worked = self.job(pricing.job_from_json(job))
        again = pricing.as_promised(card, agreed, pricing.price_again(card, worked, agreed))
        return pricing.add_extras(again, self.extras, card.compiled.config.tax_rate)


async def reprice_bookings(session: ReadSession, walk: Walk) -> pricing.Repriced:
    """The next bookings of the walk, as promised and, where they are done, as worked. As staff."""
    rows = await repository.list_priced(session, walk)
    config_ids = {row.pricing_config_id for row in rows if row.pricing_config_id is not None}
    cards = await pricing.past_cards(session, config_ids)
    found, prices = [], 0
    for row in rows:
        made = _made_again(row, cards.get(row.pricing_config_id))
        prices += len(made)
        found += [pricing.Finding(what, row.org_id, row.id, moved) for what, moved in made if moved]
    return pricing.Repriced(prices, tuple(found), (rows[-1].org_id, rows[-1].id) if rows else None)


def _made_again(row: AnyRow, card: pricing.RateCard | None) -> list[Found]:
    made = [("booking", _promised(row, card))]
    if row.final_price is not None:
        made.append(("final price of booking", _final(row, card)))
    return made


def _promised(row: AnyRow, card: pricing.RateCard | None) -> tuple[pricing.Moved, ...]:
    column = (row.total, row.currency)
    if row.job is None or row.pricing_config_id is None:
        return pricing.find_moved(row.price, column, lambda _: pricing.agreed_price(Money(*column)))
    return pricing.find_repriced(row.price, column, row.job, card)


def _final(row: AnyRow, card: pricing.RateCard | None) -> tuple[pricing.Moved, ...]:
    """The final price has no column beside it; holidays are those of the promised one."""
    if row.pricing_config_id is not None and card is None:
        return (pricing.Moved("price list", "as stored", "cannot be read"),)

    def make(_: pricing.Price) -> pricing.Price:
        return Work.of(row.actuals).price(pricing.price_from_json(row.price), row.job, card)

    return pricing.find_moved(row.final_price, None, make)


async def final_prices(session: ReadSession, keys: Collection[tuple[UUID, UUID]]) -> dict[UUID, dict[str, Any] | None]:
    """The stored final prices of bookings, by id; `keys`: company and id. As staff."""
    return {row.id: row.final_price for row in await repository.list_final_prices(session, keys)}
