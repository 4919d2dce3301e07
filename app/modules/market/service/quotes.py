from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.kernel.actor import Customer
from app.kernel.ids import new_id
from app.kernel.signing import Signer
from app.modules.market import repository
from app.modules.market.errors import OfferWithdrawn, QuoteExpired, QuoteNotFound
from app.modules.market.models import Quote
from app.modules.market.rules import PlannedLeg, legs_from_json, legs_to_json
from app.modules.market.service.offers import Offer, read_offer
from app.modules.market.values import QuoteStatus
from app.modules.orgs import public as orgs
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote with its company's name."""

    quote: Quote
    organization_name: str


@dataclass(frozen=True, slots=True)
class BookableQuote:
    """What booking needs of a quote; the transaction already acts on its company."""

    id: UUID
    org_id: UUID
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    crew_size: int
    volume_cuft: int
    weight_lb: int
    arrives_until: datetime | None
    legs: tuple[PlannedLeg, ...]
    promised: dict[str, Any]

    def booking_fields(self) -> dict[str, Any]:
        """The columns that a booking takes over as they are."""
        return {
            "org_id": self.org_id,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "arrives_until": self.arrives_until,
            "pickup_zone": self.pickup_zone,
            "crew_size": self.crew_size,
            "volume_cuft": self.volume_cuft,
            "weight_lb": self.weight_lb,
            **self.promised,
        }


TAKEN_OVER = (
    "skills",
    "truck_features",
    "origin",
    "destination",
    "distance_miles",
    "job",
    "pricing_config_id",
    "price",
    "total",
    "currency",
)


async def make_quote(
    session: WriteSession, signer: Signer, actor: Customer, offer_id: str, lifetime: timedelta
) -> Quoted:
    """Pin the price of an offer for the customer.

    Raises: OfferRefused (422), OfferExpired (409), OfferWithdrawn (409).
    """
    offer = read_offer(signer, offer_id, actor.now)
    await repository.act_on_company(session, offer.org_id)
    wish = orgs.Wish.between((offer.origin.location, offer.destination.location), offer.starts_at, offer.ends_at)
    company, terms = await orgs.company_for(session, offer.org_id, wish)
    if company.status is not orgs.OrgStatus.VERIFIED:
        raise OfferWithdrawn
    if orgs.find_refusal(terms, offer.starts_at, offer.ends_at, actor.now) is not None:
        raise OfferWithdrawn("The company does not take this job any more.")
    card = await pricing.rate_card(session, offer.org_id, offer.pricing_config_id)
    price = pricing.price_job(card, offer.job)
    until = min(actor.now + lifetime, orgs.latest_call(terms, offer.starts_at))
    row = _row(actor, offer, until) | {
        "price": pricing.price_to_json(price, card.number),
        "total": price.total.amount,
        "currency": price.total.currency,
    }
    repository.insert_quote(session, row)
    return Quoted(Quote(**row), company.name)


def _row(actor: Customer, offer: Offer, until: datetime) -> dict[str, Any]:
    return {
        "org_id": offer.org_id,
        "id": new_id(),
        "customer_id": actor.customer_id,
        "status": QuoteStatus.OPEN,
        "pricing_config_id": offer.pricing_config_id,
        "starts_at": offer.starts_at,
        "ends_at": offer.ends_at,
        "arrives_until": offer.arrives_until,
        "pickup_zone": offer.origin.zone,
        "origin": offer.origin.model_dump(mode="json"),
        "destination": offer.destination.model_dump(mode="json"),
        "crew_size": offer.job.crew,
        "volume_cuft": offer.volume_cuft,
        "weight_lb": offer.weight_lb,
        "skills": list(offer.skills),
        "truck_features": list(offer.truck_features),
        "distance_miles": offer.distance_miles.quantize(Decimal("0.1")),
        "legs": legs_to_json(offer.legs),
        "duration_hours": offer.job.hours.quantize(Decimal("0.01")),
        "job": pricing.job_to_json(offer.job),
        "expires_at": until,
        "created_at": actor.now,
    }


async def show_quote(session: ReadSession, quote_id: UUID) -> Quoted:
    """Raises: QuoteNotFound (404)."""
    quote = await repository.get_quote(session, quote_id)
    if quote is None:
        raise QuoteNotFound
    return Quoted(quote, await orgs.company_name(session, quote.org_id))


async def explain_quote(session: ReadSession, quote_id: UUID) -> Quote:
    """Raises: QuoteNotFound (404)."""
    quote = await repository.get_quote(session, quote_id)
    if quote is None:
        raise QuoteNotFound
    return quote


async def take_quote(session: WriteSession, org_id: UUID, quote_id: UUID, booking_id: UUID) -> None:
    """Have the quote say which booking it became; one that is confirmed of it later takes its place."""
    await repository.overwrite_quote(
        session, org_id, quote_id, {"status": QuoteStatus.BOOKED, "booking_id": booking_id}
    )


async def quote_to_book(session: WriteSession, quote_id: UUID, actor: Customer) -> BookableQuote:
    """The customer's own quote, while it stands; the transaction acts on its company from here on.

    Locks: the customer's name, so that each of their bookings is made after the one before.
    Raises: QuoteNotFound (404), QuoteExpired (409).
    """
    row = await repository.lock_own_quote(session, quote_id, actor.customer_id)
    if row is None:
        raise QuoteNotFound
    if row.expires_at <= actor.now or row.starts_at <= actor.now:
        raise QuoteExpired
    return BookableQuote(
        id=row.id,
        org_id=row.org_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        arrives_until=row.arrives_until,
        pickup_zone=row.pickup_zone,
        crew_size=row.crew_size,
        volume_cuft=row.volume_cuft,
        weight_lb=row.weight_lb,
        legs=tuple(legs_from_json(row.legs)),
        promised={name: row[name] for name in TAKEN_OVER},
    )
