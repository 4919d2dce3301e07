from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.kernel.instants import Moment
from app.kernel.money import Amount, ExactDecimal, MoneyIn, MoneyOut
from app.kernel.places import PlaceIn, PlaceOut
from app.modules.calendar.public import LegKind
from app.modules.fleet.public import Skill, TruckFeature
from app.modules.market.rules import PlannedLeg, Wish
from app.modules.market.values import QuoteStatus, Reason
from app.modules.pricing.public import FactorOut, LoadIn, PriceOut, ServicesIn, ToldEstimateIn


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequiresIn(Strict):
    """What not everybody has: for each skill somebody is in the crew, and each truck has all the features."""

    skills: frozenset[Skill] = frozenset()
    truck_features: frozenset[TruckFeature | Literal["lift_gate"]] = frozenset()

    def columns(self) -> dict[str, list[str]]:
        return {"skills": sorted(self.skills), "truck_features": sorted(self.truck_features)}


class WishIn(LoadIn):
    """Where from, where to, when, and how much: one of `estimate`, `items` and `home_size`."""

    origin: PlaceIn
    destination: PlaceIn
    starts_at: Annotated[Moment, Field(description="Without an offset: the wall time at the pickup.")]
    estimate: ToldEstimateIn | None = None
    requires: RequiresIn = RequiresIn()
    services: ServicesIn = ServicesIn()

    @model_validator(mode="after")
    def refuse_other_than_one(self) -> Self:
        if sum(part is not None for part in (self.estimate, self.items, self.home_size)) != 1:
            raise ValueError("takes exactly one of estimate, items and home_size")
        if self.estimate is not None and self.weight_lb is not None:
            raise ValueError("an estimate has its weight: leave weight_lb out")
        return self


class FiltersIn(Strict):
    """Which offers to show; the others are counted as `filtered_out`. Who is not rated yet has no rating that would
    do. Insurance in US dollars, as it stands on the days of the move.
    """

    max_total: MoneyIn | None = None
    min_rating: Annotated[ExactDecimal, Field(ge=1, le=5, decimal_places=2)] | None = None
    max_distance_miles: Annotated[ExactDecimal, Field(ge=0, le=1_000, decimal_places=1)] | None = None
    min_cargo_coverage: Amount | None = None
    min_liability_coverage: Amount | None = None

    @property
    def wish(self) -> Wish:
        fields = self.model_dump(exclude={"max_total"})
        return Wish(self.max_total.to_money() if self.max_total else None, **fields)


class SearchIn(WishIn):
    """A wish, which offers of it to show, and which page of them."""

    filters: FiltersIn = FiltersIn()
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


class PlannedLegOut(BaseModel):
    """What is done when; it lasts until the next begins, the night in between included."""

    kind: LegKind
    starts_at: datetime
    ends_at: datetime


Legs = Annotated[
    list[PlannedLegOut] | None,
    Field(
        description="Where it is longer than a working day of 14 hours, 11 of them at the wheel: its parts, nights of "
        "rest included. The same trucks and crew do all of it. Null: it is done in one day."
    ),
]


def legs_out(legs: Iterable[PlannedLeg]) -> list[PlannedLegOut] | None:
    shown = [PlannedLegOut(kind=one.kind, starts_at=one.window.starts_at, ends_at=one.window.ends_at) for one in legs]
    return shown or None


class ArrivalWindowOut(BaseModel):
    """From when until when the crew may arrive."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[datetime, Field(alias="from")]
    to: datetime


ArrivalWindow = Annotated[
    ArrivalWindowOut | None,
    Field(
        description="When the crew may arrive, as the company's terms were when the offer was made; `ends_at` is when "
        "the job is done at the latest, and the price is that of a job that begins at `from`. Null: at `starts_at`."
    ),
]


def arrival_window_out(starts_at: datetime, arrives_until: datetime | None) -> ArrivalWindowOut | None:
    return None if arrives_until is None else ArrivalWindowOut(from_=starts_at, to=arrives_until)


class OfferOut(BaseModel):
    """What one company asks. `offer_id` is a signed token, good until `expires_at`."""

    offer_id: str
    organization: OfferedBy
    price: PriceOut
    deposit: Annotated[MoneyOut, Field(description="Of the total, asked for when it is booked.")]
    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    legs: Legs
    pickup_zone: str
    crew_size: int
    distance_to_origin_miles: float
    expires_at: datetime
    own_figures: Annotated[
        list[FactorOut], Field(description="What the company's hours are made with instead of the common figures.")
    ]
    ranking: list[RankingFactorOut]


class ReasonOut(BaseModel):
    """Why companies have no offer, and how many of them."""

    code: Reason
    count: int


class PriceRangeOut(BaseModel):
    lowest: MoneyOut
    highest: MoneyOut
    count: int


class AtLeastOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    at_least: Decimal
    count: int


class WithinOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    within_miles: int
    count: int


class FacetsOut(BaseModel):
    """What there is to choose from, before any filter: how many offers each choice would leave."""

    prices: list[PriceRangeOut]
    ratings: list[AtLeastOut]
    unrated: int
    distances: list[WithinOut]
    cargo_coverage: list[AtLeastOut]
    liability_coverage: list[AtLeastOut]


class SearchOut(BaseModel):
    """Offers in order. Where nobody has one: why, the hours of that day at which somebody is free, and the nearest days
    on which somebody is at the wanted hour.
    """

    offers: list[OfferOut]
    next_cursor: str | None
    facets: FacetsOut
    reasons: list[ReasonOut]
    other_hours: list[datetime]
    nearest_free: list[datetime]
    distance_miles: NumberOut
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
    distance_miles: NumberOut
    origin: PlaceOut
    destination: PlaceOut


class QuoteIn(Strict):
    offer_id: Annotated[str, Field(min_length=1, max_length=16_384)]


class QuotedBy(BaseModel):
    id: UUID
    name: str


class QuoteOut(BaseModel):
    """A price that stands until `expires_at`. Once a booking of it is confirmed, its status is `booked` and
    `booking_id` names that booking, whatever becomes of it.
    """

    id: UUID
    status: QuoteStatus
    booking_id: UUID | None
    is_expired: bool
    organization: QuotedBy
    price: PriceOut
    deposit: Annotated[MoneyOut, Field(description="Of the total, asked for when it is booked.")]
    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    legs: Legs
    pickup_zone: str
    origin: PlaceOut
    destination: PlaceOut
    crew_size: int
    volume_cuft: int
    weight_lb: int
    distance_miles: NumberOut
    duration_hours: NumberOut
    expires_at: datetime
    created_at: datetime


class ExplainOut(BaseModel):
    """All that a price was made of: replaying `inputs` on this version gives the same cents."""

    quote_id: UUID
    pricing_config_id: UUID
    config_version: int
    inputs: dict[str, object]
    price: PriceOut
    deposit: MoneyOut
    platform_fee: Annotated[
        MoneyOut | None, Field(description="The platform's share, inside the total; null: it is not the customer's.")
    ]
