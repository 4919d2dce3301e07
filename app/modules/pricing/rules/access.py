"""Getting in and out: stairs, lifts, long carries, shuttles."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal

from pydantic import Field

from app.modules.pricing.rules.rule import ONE, Cents, Charge, Flag, PositiveQuantity, Quantity, Rule, Sums, Whole
from app.modules.pricing.values import ZERO, End, Job, Unit


class StairsRule(Rule):
    """Flights beyond `free_flights` at an end without an elevator: each, or once for the job."""

    type: Literal["stairs"]
    amount: Cents
    per_flight: Flag = False
    free_flights: Annotated[Whole, Field(ge=0, le=200)] = 0


def stairs(rule: StairsRule, job: Job, _sums: Sums) -> Charge | None:
    free = rule.free_flights
    flights = sum(max(0, end.flights - free) for end in (job.pickup, job.dropoff) if not end.elevator)
    if flights == 0:
        return None
    if rule.per_flight:
        return Charge(Decimal(flights), Unit.FLIGHT, rule.amount, "Stairs")
    return Charge(ONE, Unit.JOB, rule.amount, "Stairs")


class LongCarryRule(Rule):
    """Each started `per_ft` of the carry beyond `free_ft`, each end by itself."""

    type: Literal["long_carry"]
    amount: Cents
    per_ft: PositiveQuantity
    free_ft: Quantity = ZERO


def _started(rule: LongCarryRule, end: End) -> Decimal:
    beyond = end.carry_ft - rule.free_ft
    if beyond <= 0:
        return ZERO
    return (beyond / rule.per_ft).to_integral_value(ROUND_CEILING)


def long_carry(rule: LongCarryRule, job: Job, _sums: Sums) -> Charge | None:
    carries = _started(rule, job.pickup) + _started(rule, job.dropoff)
    return Charge(carries, Unit.CARRY, rule.amount, "Long carry") if carries else None


class ElevatorRule(Rule):
    type: Literal["elevator"]
    amount: Cents


def elevator(rule: ElevatorRule, job: Job, _sums: Sums) -> Charge | None:
    ends = job.pickup.elevator + job.dropoff.elevator
    return Charge(Decimal(ends), Unit.END, rule.amount, "Elevator") if ends else None


class ShuttleRule(Rule):
    """An end that a full-size truck cannot reach."""

    type: Literal["shuttle"]
    amount: Cents


def shuttle(rule: ShuttleRule, job: Job, _sums: Sums) -> Charge | None:
    ends = (not job.pickup.full_truck_access) + (not job.dropoff.full_truck_access)
    return Charge(Decimal(ends), Unit.END, rule.amount, "Shuttle") if ends else None
