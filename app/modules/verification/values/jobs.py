"""Whose papers are in order for a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from app.modules.verification.values.laws import Need, Trip
from app.modules.verification.values.papers import Days, InsuranceKind


@dataclass(frozen=True, slots=True)
class Outing:
    """A job as papers are asked for it: where it goes, on which days, and with whom."""

    trip: Trip
    days: Days
    truck_ids: frozenset[UUID]
    driver_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Eligible:
    """Whose own papers are in order; of those whose trucks must show papers too (`by_truck`), the trucks that do, and
    who has none that does. `coverage`: how high each of `org_ids` is insured on those days, in US dollars.
    """

    org_ids: frozenset[UUID] = frozenset()
    by_truck: frozenset[UUID] = frozenset()
    truck_ids: frozenset[UUID] = frozenset()
    without_trucks: frozenset[UUID] = frozenset()
    coverage: Mapping[UUID, Mapping[InsuranceKind, Decimal]] = field(default_factory=dict)

    def __or__(self, other: Eligible) -> Eligible:
        return Eligible(
            self.org_ids | other.org_ids,
            self.by_truck | other.by_truck,
            self.truck_ids | other.truck_ids,
            self.without_trucks | other.without_trucks,
            {**self.coverage, **other.coverage},
        )


@dataclass(frozen=True, slots=True)
class EligibleOn:
    """On which of many days, as bits, a company's own papers are in order; and of those whose trucks must show papers
    too, each truck's days.
    """

    by_org: dict[UUID, int]
    by_truck: dict[UUID, dict[UUID, int]]


@dataclass(frozen=True, slots=True)
class Lapse:
    """What is not shown for the days of a job: the company's own, or a truck's."""

    need: Need
    truck_id: UUID | None
