"""Which offers somebody wants to see, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.kernel.money import Money
from app.modules.market.rules.ranking import Candidate
from app.modules.market.values import AtLeast, Facets, PriceRange, Within
from app.modules.verification.public import InsuranceKind

RATINGS: Final = (Decimal("4.5"), Decimal(4), Decimal(3))
MILES: Final = (5, 10, 25, 50, 100)
COVERAGES: Final = {
    InsuranceKind.CARGO: tuple(map(Decimal, (10_000, 50_000, 100_000, 250_000))),
    InsuranceKind.LIABILITY: tuple(map(Decimal, (300_000, 750_000, 1_000_000, 2_000_000))),
}
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an offer must be to be shown; None: anything will do. Insurance in US dollars."""

    max_total: Money | None = None
    min_rating: Decimal | None = None
    max_distance_miles: Decimal | None = None
    min_cargo_coverage: Decimal | None = None
    min_liability_coverage: Decimal | None = None


def suits(candidate: Candidate, wish: Wish) -> bool:
    """A company that nobody has rated has no rating that would do, and an offer in another currency no total."""
    total, rating = candidate.price.total, candidate.company.rating
    most, least = wish.max_total, wish.min_rating
    return (
        (most is None or (total.currency == most.currency and total.amount <= most.amount))
        and (least is None or (rating is not None and rating >= least))
        and (wish.max_distance_miles is None or _miles(candidate) <= wish.max_distance_miles)
        and _is_covered(candidate, InsuranceKind.CARGO, wish.min_cargo_coverage)
        and _is_covered(candidate, InsuranceKind.LIABILITY, wish.min_liability_coverage)
    )


def count_facets(candidates: Sequence[Candidate]) -> Facets:
    """How many of them each choice would leave."""

    def how_many(holds: Callable[[Candidate], bool]) -> int:
        return sum(map(holds, candidates))

    def covered(kind: InsuranceKind) -> tuple[AtLeast, ...]:
        return tuple(
            AtLeast(least, how_many(lambda one, least=least: _is_covered(one, kind, least)))  # type: ignore[misc]
            for least in COVERAGES[kind]
        )

    miles_away = [_miles(one) for one in candidates]
    rated = [one.company.rating for one in candidates if one.company.rating is not None]
    return Facets(
        prices=_prices([one.price.total for one in candidates]),
        ratings=tuple(AtLeast(least, sum(rating >= least for rating in rated)) for least in RATINGS),
        unrated=len(candidates) - len(rated),
        distances=tuple(Within(miles, sum(away <= miles for away in miles_away)) for miles in MILES),
        cargo_coverage=covered(InsuranceKind.CARGO),
        liability_coverage=covered(InsuranceKind.LIABILITY),
    )


def _prices(totals: Sequence[Money]) -> tuple[PriceRange, ...]:
    ranges = []
    for currency in sorted({total.currency for total in totals}):
        amounts = [total.amount for total in totals if total.currency == currency]
        ranges.append(PriceRange(Money(min(amounts), currency), Money(max(amounts), currency), len(amounts)))
    return tuple(ranges)


def _miles(candidate: Candidate) -> Decimal:
    """As the offer shows them."""
    return Decimal(str(round(candidate.company.distance_miles, 1)))


def _is_covered(candidate: Candidate, kind: InsuranceKind, least: Decimal | None) -> bool:
    return least is None or candidate.coverage.get(kind, NOTHING) >= least
