"""How long a job takes, in days of work and nights of rest.

A working day is that of 49 CFR 395.3: no more than 14 hours on duty, no more than 11 of them at the wheel, and then 10
of rest. The next begins 24 hours after the one before, so that each is begun at the hour of the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Final, NamedTuple

from app.modules.calendar.public import LegKind, Window

ZERO: Final = Decimal(0)
QUARTER: Final = Decimal("0.25")
QUARTER_HOUR: Final = timedelta(minutes=15)
SHORTEST_HOURS: Final = Decimal(1)
ON_DUTY: Final = timedelta(hours=14)
AT_THE_WHEEL: Final = timedelta(hours=11)
A_DAY: Final = timedelta(days=1)
# Of the hours of a job without its drive: unloading takes three quarters of the time that loading takes.
LOADING_SHARE: Final = Decimal(4) / 7


class PlannedLeg(NamedTuple):
    """What is done when; it lasts until the next begins, for the load is in the truck over night."""

    kind: LegKind
    window: Window


class Days(NamedTuple):
    """A job from its beginning to its end; with its legs, where that is longer than a working day."""

    window: Window
    legs: tuple[PlannedLeg, ...] = ()


def quarters(hours: Decimal) -> Decimal:
    """In started quarter hours."""
    return (hours / QUARTER).to_integral_value(ROUND_CEILING) * QUARTER


def days_of_work(starts_at: datetime, hours_p90: Decimal, drive_minutes: int, packed_in: Decimal = ZERO) -> Days:
    """What is reserved: nine in ten such jobs are done in it, the drive and the nights included. `packed_in`: hours of
    packing besides, all of them before the load is in the truck.
    """
    drive = timedelta(minutes=drive_minutes)
    hours = quarters(max(SHORTEST_HOURS, hours_p90 + packed_in + Decimal(drive_minutes) / 60))
    length = timedelta(minutes=int(hours * 60))
    if length <= ON_DUTY and drive <= AT_THE_WHEEL:
        return Days(Window(starts_at, starts_at + length))
    loading = _length(quarters(hours_p90 * LOADING_SHARE + packed_in))
    unloading = max(QUARTER_HOUR, _length(quarters(hours_p90 + packed_in)) - loading)
    work = ((LegKind.LOADING, loading), (LegKind.TRANSIT, _started_quarters(drive)), (LegKind.UNLOADING, unloading))
    begun, ends_at = _worked(starts_at, [one for one in work if one[1]])
    instants = [*(start for _, start in begun), ends_at]
    legs = [PlannedLeg(kind, Window(*span)) for (kind, _), span in zip(begun, pairwise(instants), strict=True)]
    return Days(Window(starts_at, ends_at), tuple(legs))


def _worked(
    starts_at: datetime, work: list[tuple[LegKind, timedelta]]
) -> tuple[list[tuple[LegKind, datetime]], datetime]:
    """When each part of the work begins, one after the other, and when the last one ends."""
    day, now, driven = starts_at, starts_at, timedelta(0)
    begun = []
    for kind, length in work:
        left, start = length, None
        while left:
            room = day + ON_DUTY - now
            if kind is LegKind.TRANSIT:
                room = min(room, AT_THE_WHEEL - driven)
            if room <= timedelta(0):
                day += A_DAY
                now, driven = day, timedelta(0)
                continue
            start = start or now
            done = min(left, room)
            now, left = now + done, left - done
            driven += done if kind is LegKind.TRANSIT else timedelta(0)
        begun.append((kind, start or now))
    return begun, now


def _length(hours: Decimal) -> timedelta:
    return timedelta(minutes=int(hours * 60))


def _started_quarters(length: timedelta) -> timedelta:
    return -(-length // QUARTER_HOUR) * QUARTER_HOUR


def legs_to_json(legs: tuple[PlannedLeg, ...]) -> list[dict[str, str]] | None:
    """As a quote keeps them; None for a job of one working day."""
    stored = [{"kind": leg.kind.value, **_ends(leg.window)} for leg in legs]
    return stored or None


def legs_from_json(stored: list[dict[str, str]] | None) -> Iterator[PlannedLeg]:
    for one in stored or ():
        window = Window(datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]))
        yield PlannedLeg(LegKind(one["kind"]), window)


def _ends(window: Window) -> dict[str, str]:
    return {"starts_at": window.starts_at.isoformat(), "ends_at": window.ends_at.isoformat()}
