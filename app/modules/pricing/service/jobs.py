from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from app.kernel.places import Place
from app.modules.pricing.rules import local_start
from app.modules.pricing.values import End, Job, Piece

FULL_TRUCK_FT: Final = 26
# Floors count as U.S. buildings do: the first is on the ground.
GROUND_FLOOR: Final = 1


def end_of(place: Place) -> End:
    """Getting in at a place, as its `access` tells it. Flights not told follow from the floor; nothing told is easy."""
    access = place.access
    if access is None:
        return End()
    flights = access.stairs_flights
    if flights is None:
        flights = max(0, (access.floor or GROUND_FLOOR) - GROUND_FLOOR)
    return End(
        flights=flights,
        elevator=bool(access.has_elevator),
        carry_ft=Decimal(access.long_carry_ft or 0),
        full_truck_access=access.max_truck_ft is None or access.max_truck_ft >= FULL_TRUCK_FT,
    )


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
        pickup=end_of(facts.origin),
        dropoff=end_of(facts.destination),
        inventory=facts.inventory,
    )


def as_worked(job: Job, hours: Decimal, distance_miles: Decimal) -> Job:
    """The same job with the hours and the miles that it took."""
    return replace(job, hours=hours, distance_miles=distance_miles)
