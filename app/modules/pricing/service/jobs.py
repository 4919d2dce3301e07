from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.modules.pricing.rules import end_of, estimate, local_start
from app.modules.pricing.rules.own import COMMON, Own, estimate_own, hours_at_pace
from app.modules.pricing.schemas import EstimateIn, EstimateOut, LoadIn, estimate_out, estimate_request
from app.modules.pricing.values import Factor, Job, Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is moved, by how many people, in how many hours of loading and unloading."""

    volume_cuft: Decimal
    weight_lb: Decimal
    crew_size: int
    hours_p50: Decimal
    hours_p90: Decimal
    exact_hours: Fraction
    inventory: tuple[Piece, ...]
    factors: tuple[Factor, ...] = ()


def load_of(load: LoadIn, origin: Place, destination: Place, own: Own = COMMON) -> Load:
    """The load by the estimator and a company's own figures. Raises: UnknownItem (422)."""
    request = estimate_request(load, origin, destination)
    made = estimate_own(request, own)
    return Load(
        volume_cuft=made.volume_cuft,
        weight_lb=made.weight_lb,
        crew_size=made.crew_size,
        hours_p50=made.duration_hours.p50,
        hours_p90=made.duration_hours.p90,
        exact_hours=made.exact_hours,
        inventory=made.inventory,
        factors=own.factors(made.volume_cuft, request.items),
    )


def load_by_own(common: Load, load: LoadIn, places: tuple[Place, Place], own: Own) -> Load:
    """The load that the common figures have estimated, by a company's own. Only where it knows some of the things
    otherwise is it estimated anew.
    """
    if any(counted.code in own.items for counted in load.items or ()):
        return load_of(load, *places, own)
    hours = hours_at_pace(common.exact_hours, common.volume_cuft, own)
    return replace(
        common,
        hours_p50=hours.p50,
        hours_p90=hours.p90,
        factors=own.factors(common.volume_cuft, ()),
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
        pickup=end_of(facts.origin.access),
        dropoff=end_of(facts.destination.access),
        inventory=facts.inventory,
    )


def as_worked(job: Job, hours: Decimal, distance_miles: Decimal) -> Job:
    """The same job with the hours and the miles that it took."""
    return replace(job, hours=hours, distance_miles=distance_miles)


def starting_at(job: Job, starts_at: datetime, zone: str) -> Job:
    """The same job at another time, by the wall clock of `zone`; it was booked when it was booked."""
    return replace(job, starts_at=starts_at, local_start=local_start(starts_at, zone))


async def estimate_move(ports: Ports, body: EstimateIn) -> EstimateOut:
    """An estimate with the miles between the places. Raises: PlaceNotLocated (422), UnknownItem (422)."""
    origin = await locate_place(ports.geocoder, body.origin, pointer="/origin")
    destination = await locate_place(ports.geocoder, body.destination, pointer="/destination")
    route = await ports.router.route(origin.location, destination.location)
    return estimate_out(estimate(body.to_request()), route.distance_miles)
