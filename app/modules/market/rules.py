"""How long a job takes a company's time, and in which order offers are shown. All pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final

from app.modules.calendar.public import Need, Window
from app.modules.market.values import Factor
from app.modules.orgs.public import NearbyCompany
from app.modules.pricing.public import Job, Load, Price, RateCard, Travel

QUARTER: Final = Decimal("0.25")
SHORTEST_HOURS: Final = Decimal(1)
SMALLEST_CREW: Final = 2
# An assumption until a road network is asked: town roads are a quarter longer than the crow flies, at 30 mph.
ROAD_FACTOR: Final = Decimal("1.25")
TOWN_MPH: Final = Decimal(30)

# What an offer's place is made of; the weights sum to 1.
WEIGHTS: Final = {"price": 0.6, "rating": 0.25, "distance": 0.15}
# A company that nobody has rated yet stands in the middle of the scale, neither praised nor punished.
UNRATED: Final = Decimal(3)
BEST_RATING: Final = Decimal(5)
WORST_RATING: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to do the job: a crew, and what it needs, for how long."""

    window: Window
    need: Need
    job: Job


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that can do the job, how, and what it asks for it."""

    company: NearbyCompany
    card: RateCard
    plan: Plan
    job: Job
    price: Price


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    score: float
    factors: tuple[Factor, ...]

    @property
    def key(self) -> tuple[float, str]:
        """The order of the list: the best score first, then by id, so that it is the same each time."""
        return (-self.score, str(self.candidate.company.id))


def window_of(starts_at: datetime, hours_p90: Decimal, drive_minutes: int) -> Window:
    """What is reserved: nine in ten such jobs are done in it, the drive included; in started quarter hours."""
    hours = max(SHORTEST_HOURS, hours_p90 + Decimal(drive_minutes) / 60)
    return Window(starts_at, starts_at + timedelta(minutes=int(_quarters(hours) * 60)))


def with_smaller_crew(load: Load) -> Load | None:
    """The same work by the smallest crew, taking longer: for companies that have, or price, no larger one."""
    if load.crew_size <= SMALLEST_CREW:
        return None
    longer = Decimal(load.crew_size) / SMALLEST_CREW
    return replace(
        load,
        crew_size=SMALLEST_CREW,
        hours_p50=_quarters(load.hours_p50 * longer),
        hours_p90=_quarters(load.hours_p90 * longer),
    )


def _quarters(hours: Decimal) -> Decimal:
    return (hours / QUARTER).to_integral_value(ROUND_CEILING) * QUARTER


def for_company(job: Job, card: RateCard, distance_miles: float) -> Job:
    """The job as this company would drive it: the way from its base counts only where its prices ask for it."""
    if card.compiled.config.travel is not Travel.PORTAL_TO_PORTAL:
        return job
    miles = Decimal(str(round(distance_miles, 1))) * ROAD_FACTOR
    minutes = int((miles / TOWN_MPH * 60).to_integral_value(ROUND_CEILING))
    return replace(job, base_to_pickup_minutes=minutes, dropoff_to_base_minutes=minutes)


def rank(candidates: Sequence[Candidate]) -> list[Ranked]:
    """Offers in order, each with the factors that put it there."""
    totals = [float(candidate.price.total.amount) for candidate in candidates]
    miles = [candidate.company.distance_miles for candidate in candidates]
    ranked = [
        _ranked(candidate, _low_is_good(total, totals), _low_is_good(distance, miles))
        for candidate, total, distance in zip(candidates, totals, miles, strict=True)
    ]
    return sorted(ranked, key=lambda one: one.key)


def _ranked(candidate: Candidate, price: float, distance: float) -> Ranked:
    rating = candidate.company.rating if candidate.company.rating is not None else UNRATED
    values = {
        "price": price,
        "rating": float((rating - WORST_RATING) / (BEST_RATING - WORST_RATING)),
        "distance": distance,
    }
    factors = tuple(Factor(name, round(values[name], 4), weight) for name, weight in WEIGHTS.items())
    score = round(sum(factor.value * factor.weight for factor in factors), 6)
    return Ranked(candidate, score, factors)


def _low_is_good(value: float, among: Sequence[float]) -> float:
    lowest, highest = min(among), max(among)
    return 1.0 if highest == lowest else (highest - value) / (highest - lowest)
