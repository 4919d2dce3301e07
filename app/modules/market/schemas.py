from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.instants import Moment
from app.kernel.money import ExactDecimal, MoneyOut
from app.kernel.places import PlaceIn, PlaceOut
from app.modules.market.values import QuoteStatus, Reason
from app.modules.pricing.public import LoadIn, PriceOut


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HoursIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    # Four decimals: an estimate is so many quarters of an hour times a ratio of two.
    p50: Annotated[ExactDecimal, Field(gt=0, le=240, decimal_places=4)]
    p90: Annotated[ExactDecimal, Field(gt=0, le=240, decimal_places=4)]

    @model_validator(mode="after")
    def refuse_crossed(self) -> Self:
        if self.p90 < self.p50:
            raise ValueError("p90 must not be less than p50")
        return self


class ToldEstimate(BaseModel):
    """The answer of POST /v1/estimates, sent back as it came; of its fields these count."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    volume_cuft: Annotated[ExactDecimal, Field(gt=0, le=100_000)]
    weight_lb: Annotated[ExactDecimal, Field(ge=0, le=1_000_000)]
    crew_size: Annotated[int, Field(ge=1, le=30)]
    duration_hours: HoursIn


class WishIn(LoadIn):
    """Where from, where to, when, and how much: one of `estimate`, `items` and `home_size`."""

    origin: PlaceIn
    destination: PlaceIn
    starts_at: Annotated[Moment, Field(description="Without an offset: the wall time at the pickup.")]
    estimate: ToldEstimate | None = None

    @model_validator(mode="after")
    def refuse_other_than_one(self) -> Self:
        if sum(part is not None for part in (self.estimate, self.items, self.home_size)) != 1:
            raise ValueError("takes exactly one of estimate, items and home_size")
        if self.estimate is not None and self.weight_lb is not None:
            raise ValueError("an estimate has its weight: leave weight_lb out")
        return self


class SearchIn(WishIn):
    """A wish, and which page of its offers."""

    limit: Annotated[int, Field(ge=1, le=50)] = 20
    cursor: Annotated[str | None, Field(max_length=2_000)] = None


class DatesIn(WishIn):
    """A wish, for the day of `starts_at` and those after it, at the same wall time."""

    days: Annotated[int, Field(ge=1, le=60)] = 60


class OfferedBy(BaseModel):
    id: UUID
    name: str
    rating: Decimal | None


class RankingFactorOut(BaseModel):
    factor: str
    value: float
    weight: float


class OfferOut(BaseModel):
    """What one company asks. `offer_id` is a signed token, good until `expires_at`."""

    offer_id: str
    organization: OfferedBy
    price: PriceOut
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    crew_size: int
    distance_to_origin_miles: float
    expires_at: datetime
    ranking: list[RankingFactorOut]


class ReasonOut(BaseModel):
    """Why companies have no offer, and how many of them."""

    code: Reason
    count: int


class SearchOut(BaseModel):
    """Offers in order. Without any: why, and the nearest starts at which somebody is free."""

    offers: list[OfferOut]
    next_cursor: str | None
    reasons: list[ReasonOut]
    nearest_free: list[datetime]
    distance_miles: Decimal
    origin: PlaceOut
    destination: PlaceOut


class DatePriceOut(BaseModel):
    total: MoneyOut
    crew_size: int
    organization: OfferedBy


class DateOut(BaseModel):
    """One day: how many companies offer, and the lowest total of each currency, the first in the alphabet first."""

    date: date
    starts_at: datetime
    offers: int
    cheapest: list[DatePriceOut]


class DatesOut(BaseModel):
    """Each day as a search for its `starts_at` would answer it at this moment."""

    dates: list[DateOut]
    pickup_zone: str
    distance_miles: Decimal
    origin: PlaceOut
    destination: PlaceOut


class QuoteIn(Strict):
    offer_id: Annotated[str, Field(min_length=1, max_length=16_384)]


class QuotedBy(BaseModel):
    id: UUID
    name: str


class QuoteOut(BaseModel):
    """A price that stands until `expires_at`."""

    id: UUID
    status: QuoteStatus
    is_expired: bool
    organization: QuotedBy
    price: PriceOut
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    origin: PlaceOut
    destination: PlaceOut
    crew_size: int
    volume_cuft: int
    weight_lb: int
    distance_miles: Decimal
    duration_hours: Decimal
    expires_at: datetime
    created_at: datetime


class ExplainOut(BaseModel):
    """All that a price was made of: replaying `inputs` on this version gives the same cents."""

    quote_id: UUID
    pricing_config_id: UUID
    config_version: int
    inputs: dict[str, object]
    price: PriceOut
