"""The offer as a signed token: company, price version, job and window, good for half an hour.

It is self-contained, so a search writes nothing; whoever changes a byte of it has no offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from app.kernel.places import Place
from app.kernel.signing import BadToken, Signer
from app.modules.market.errors import OfferExpired, OfferRefused
from app.modules.market.rules import PlannedLeg, legs_from_json, legs_to_json
from app.modules.pricing import public as pricing

PURPOSE: Final = "offer"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a company offered, and the job it offered it for."""

    org_id: UUID
    pricing_config_id: UUID
    starts_at: datetime
    ends_at: datetime
    origin: Place
    destination: Place
    volume_cuft: int
    weight_lb: int
    skills: tuple[str, ...]
    truck_features: tuple[str, ...]
    job: pricing.Job
    expires_at: datetime
    legs: tuple[PlannedLeg, ...] = ()
    arrives_until: datetime | None = None

    @property
    def distance_miles(self) -> Decimal:
        return self.job.distance_miles


def shared_part(origin: Place, destination: Place) -> dict[str, Any]:
    """What all offers of one search have in common."""
    return {"o": origin.model_dump(mode="json"), "d": destination.model_dump(mode="json")}


def sign_offer(signer: Signer, offer: Offer, shared: dict[str, Any]) -> str:
    return signer.sign(
        PURPOSE,
        shared
        | {
            "c": str(offer.org_id),
            "p": str(offer.pricing_config_id),
            "s": offer.starts_at.isoformat(),
            "e": offer.ends_at.isoformat(),
            "v": offer.volume_cuft,
            "w": offer.weight_lb,
            "k": offer.skills,
            "f": offer.truck_features,
            "a": offer.arrives_until and offer.arrives_until.isoformat(),
            "l": legs_to_json(offer.legs),
            "j": pricing.job_to_json(offer.job),
            "x": offer.expires_at.isoformat(),
        },
    )


def read_offer(signer: Signer, token: str, now: datetime) -> Offer:
    """Raises: OfferRefused (422), OfferExpired (409)."""
    try:
        body = signer.read(PURPOSE, token)
    except BadToken:
        raise OfferRefused from None
    offer = Offer(
        org_id=UUID(body["c"]),
        pricing_config_id=UUID(body["p"]),
        starts_at=datetime.fromisoformat(body["s"]),
        ends_at=datetime.fromisoformat(body["e"]),
        origin=Place.model_validate(body["o"]),
        destination=Place.model_validate(body["d"]),
        volume_cuft=body["v"],
        weight_lb=body["w"],
        skills=tuple(body["k"]),
        truck_features=tuple(body["f"]),
        job=pricing.job_from_json(body["j"]),
        expires_at=datetime.fromisoformat(body["x"]),
        legs=tuple(legs_from_json(body["l"])),
        arrives_until=datetime.fromisoformat(until) if (until := body.get("a")) else None,
    )
    if offer.expires_at <= now or offer.starts_at <= now:
        raise OfferExpired
    return offer
