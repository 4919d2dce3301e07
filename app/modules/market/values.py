from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from app.kernel.money import Money


class QuoteStatus(StrEnum):
    """A quote is open until a booking of it is confirmed, and booked from then on, whatever becomes of it. That
    it has expired follows from `expires_at`.
    """

    OPEN = "open"
    BOOKED = "booked"


class Reason(StrEnum):
    """Why a company, or all of them, has no offer."""

    NO_COMPANY_IN_AREA = "no_company_in_area"
    PAPERS = "papers_end_before"
    NO_PRICES = "no_prices"
    NOT_PRICED = "not_priced"
    SERVICE_NOT_OFFERED = "service_not_offered"
    TOO_LARGE = "too_large"
    NOT_EQUIPPED = "not_equipped"
    NONE_FREE = "none_free"
    DAY_FULL = "day_full"
    # A company's own terms; as orgs names them.
    DESTINATION_OUTSIDE_AREA = "destination_outside_area"
    SHORT_NOTICE = "short_notice"
    DAY_OFF = "day_off"
    OUTSIDE_BUSINESS_HOURS = "outside_business_hours"
    FILTERED_OUT = "filtered_out"


@dataclass(frozen=True, slots=True)
class PriceRange:
    lowest: Money
    highest: Money
    count: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    at_least: Decimal
    count: int


@dataclass(frozen=True, slots=True)
class Within:
    within_miles: int
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to choose from: how many offers each choice would leave. Insurance in US dollars."""

    prices: tuple[PriceRange, ...]
    ratings: tuple[AtLeast, ...]
    unrated: int
    distances: tuple[Within, ...]
    cargo_coverage: tuple[AtLeast, ...]
    liability_coverage: tuple[AtLeast, ...]


@dataclass(frozen=True, slots=True)
class Factor:
    """One part of a ranking: `value` from 0 (worst of this search) to 1 (best), times `weight`."""

    factor: str
    value: float
    weight: float
