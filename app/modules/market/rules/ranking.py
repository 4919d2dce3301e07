"""How long a job takes a company's time, and in which order offers are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from operator import attrgetter, mul
from typing import Final, NamedTuple

from app.modules.calendar.public import Need, Window
from app.modules.market.rules.working_days import PlannedLeg, quarters
from app.modules.market.values import Factor
from app.modules.orgs.public import NearbyCompany
from app.modules.pricing.public import Factor as OwnFactor
from app.modules.pricing.public import Job, Load, Price, RateCard, Travel
from app.modules.verification.public import InsuranceKind

SMALLEST_CREW: Final = 2
# An assumption until a road network is asked: town roads are a quarter longer than the crow flies, at 30 mph.
ROAD_FACTOR: Final = Decimal("1.25")
TOWN_MPH: Final = Decimal(30)

# What an offer's place is made of; the weights sum to 1.
# Only whoever breaks promises loses by the last: among the others the first three are to each other as 60 to 25 to 15.
WEIGHTS: Final = {"price": 0.48, "rating": 0.2, "distance": 0.12, "reliability": 0.2}
# A company that nobody has rated yet stands in the middle of the scale, neither praised nor punished.
UNRATED: Final = Decimal(3)
BEST_RATING: Final = Decimal(5)
WORST_RATING: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to do the job: a crew, and what it needs, for how long, in which `legs` where that is longer than a day;
    and the figures of a company's own in it. `arrives_within`: so long after the window's start, which is reserved too.
    """

    window: Window
    need: Need
    job: Job
    own_factors: tuple[OwnFactor, ...] = ()
    legs: tuple[PlannedLeg, ...] = ()
    arrives_within: timedelta = timedelta(0)

    @property
    def arrives_until(self) -> datetime | None:
        """None: at the start."""
        return self.window.starts_at + self.arrives_within if self.arrives_within else None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that can do the job, how, and what it asks for it. `coverage`: its insurance on those days, in US
    dollars.
    """

    company: NearbyCompany
    card: RateCard
    plan: Plan
    job: Job
    price: Price
    coverage: Mapping[InsuranceKind, Decimal] = field(default_factory=dict)


class Scale(NamedTuple):
    """From best to worst of a search: what its factors are measured by, on its later pages too."""

    lowest: float
    highest: float
    nearest: float
    farthest: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """An offer with its place in the list. `values`: of the factors, in the order of `WEIGHTS`."""

    candidate: Candidate
    values: tuple[float, ...]
    score: float
    # The order of the list: the best score first, then by id, so that it is the same each time.
    key: tuple[float, str]

    @property
    def factors(self) -> tuple[Factor, ...]:
        return tuple(Factor(name, value, WEIGHTS[name]) for name, value in zip(WEIGHTS, self.values, strict=True))


def with_smaller_crew(load: Load) -> Load | None:
    """The same work by the smallest crew, taking longer: for companies that have, or price, no larger one."""
    if load.crew_size <= SMALLEST_CREW:
        return None
    longer = Decimal(load.crew_size) / SMALLEST_CREW
    return replace(
        load,
        crew_size=SMALLEST_CREW,
        hours_p50=quarters(load.hours_p50 * longer),
        hours_p90=quarters(load.hours_p90 * longer),
    )


def for_company(job: Job, card: RateCard, distance_miles: float) -> Job:
    """The job as this company prices it: the way from its base counts only where its prices ask for it."""
    return from_base(job, distance_miles) if card.compiled.config.travel is Travel.PORTAL_TO_PORTAL else job


def from_base(job: Job, distance_miles: float) -> Job:
    """The job with the way from a base so far from the pickup, as the crow flies, and back."""
    miles = Decimal(str(round(distance_miles, 1))) * ROAD_FACTOR
    minutes = int((miles / TOWN_MPH * 60).to_integral_value(ROUND_CEILING))
    return replace(job, base_to_pickup_minutes=minutes, dropoff_to_base_minutes=minutes)


def scale_of(candidates: Sequence[Candidate]) -> Scale:
    totals = [float(candidate.price.total.amount) for candidate in candidates]
    miles = [candidate.company.distance_miles for candidate in candidates]
    return Scale(min(totals), max(totals), min(miles), max(miles))


def rank(candidates: Sequence[Candidate], scale: Scale | None = None) -> list[Ranked]:
    """Offers in order, each with the factors that put it there. With the `scale` of an earlier page of the search, an
    offer that was on it keeps its place, whoever came or went since.
    """
    if not candidates:
        return []
    by = scale or scale_of(candidates)
    ranked = [
        _ranked(
            candidate,
            _low_is_good(float(candidate.price.total.amount), by.lowest, by.highest),
            _low_is_good(candidate.company.distance_miles, by.nearest, by.farthest),
        )
        for candidate in candidates
    ]
    return sorted(ranked, key=attrgetter("key"))


def _ranked(candidate: Candidate, price: float, distance: float) -> Ranked:
    company = candidate.company
    rating = company.rating if company.rating is not None else UNRATED
    liked = float((rating - WORST_RATING) / (BEST_RATING - WORST_RATING))
    values = (round(price, 4), round(liked, 4), round(distance, 4), company.reliability)
    score = round(sum(map(mul, values, WEIGHTS.values())), 6)
    return Ranked(candidate, values, score, (-score, str(company.id)))


def _low_is_good(value: float, lowest: float, highest: float) -> float:
    return 1.0 if highest == lowest else min(1.0, max(0.0, (highest - value) / (highest - lowest)))
