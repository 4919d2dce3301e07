from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from app.kernel.places import Place
from app.modules.pricing.rules import end_of, local_start
from app.modules.pricing.values import Job, Packing, Piece, Valuation


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFacts:
    """What a job is, before it is put into the pickup's wall time."""

    origin: Place
    destination: Place
    starts_at: datetime
    booked_at: datetime
    hours: Decimal
    crew: int
    distance_miles: Decimal
    drive_minutes: int
    volume_cuft: Decimal
    weight_lb: Decimal
    inventory: tuple[Piece, ...] = ()
    packing: Packing | None = None
    valuation: Valuation | None = None
    codes: frozenset[str] = frozenset()
    fuel_index_price: Decimal | None = None


def make_job(facts: JobFacts) -> Job:
    """The engine's input: days and times are the pickup's wall time."""
    zone = facts.origin.zone
    return Job(
        starts_at=facts.starts_at,
        local_start=local_start(facts.starts_at, zone),
        booked_at=facts.booked_at,
        booked_on=local_start(facts.booked_at, zone).date(),
        hours=facts.hours,
        crew=facts.crew,
        distance_miles=facts.distance_miles,
        drive_minutes=facts.drive_minutes,
        volume_cuft=facts.volume_cuft,
        weight_lb=facts.weight_lb,
        pickup=end_of(facts.origin.access),
        dropoff=end_of(facts.destination.access),
        inventory=facts.inventory,
        packing=facts.packing,
        valuation=facts.valuation,
        codes=facts.codes,
        fuel_index_price=facts.fuel_index_price,
    )


def as_worked(job: Job, hours: Decimal, distance_miles: Decimal) -> Job:
    """The same job with the hours and the miles that it took."""
    return replace(job, hours=hours, distance_miles=distance_miles)


def starting_at(job: Job, starts_at: datetime, zone: str) -> Job:
    """The same job at another time, by the wall clock of `zone`; it was booked when it was booked."""
    return replace(job, starts_at=starts_at, local_start=local_start(starts_at, zone))
