"""Which jobs a company takes by its own terms, and which areas can be kept. All pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from app.kernel.dayset import first_days
from app.kernel.errors import Fault
from app.kernel.weekdays import Weekday
from app.modules.orgs.errors import AreaRefused, UsdotNumberFixed
from app.modules.orgs.values import OrgStatus, Refusal, Terms

SHORTEST_RING: Final = 4
MOST_VERTICES: Final = 500
# Beyond this circle of latitude a degree of longitude is a few miles, and maps and polygons go their own ways.
NEAREST_POLE: Final = 85
# Of the largest circle, 500 miles around a point.
LARGEST_SQUARE_MILES: Final = 785_000

Ring = Sequence[tuple[float, float]]


def find_refusal(terms: Terms, starts_at: datetime, ends_at: datetime, now: datetime) -> Refusal | None:
    """Why the company does not take a job of a customer in this window; None when it does.

    It starts within business hours, no day that it touches is a day off, and it is asked for early enough.
    """
    if not terms.reaches_destination:
        return Refusal.DESTINATION_OUTSIDE_AREA
    if latest_call(terms, starts_at) <= now:
        return Refusal.SHORT_NOTICE
    zone = ZoneInfo(terms.timezone)
    local = starts_at.astimezone(zone)
    # A window is half-open: one that ends at midnight does not touch the day that begins there.
    last_day = (ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    if any(local.date() <= day <= last_day for day in terms.days_off):
        return Refusal.DAY_OFF
    return None if _is_open(terms, local) else Refusal.OUTSIDE_BUSINESS_HOURS


def open_starts(terms: Terms, starts: Sequence[datetime], length: timedelta, now: datetime) -> int:
    """At which of these instants, all to come, the company takes a job so long: as bits, the first the lowest."""
    if terms == Terms(terms.timezone, arrival_window_minutes=terms.arrival_window_minutes):
        return first_days(len(starts))
    return sum(
        1 << place for place, start in enumerate(starts) if find_refusal(terms, start, start + length, now) is None
    )


def may_set_usdot_number(status: OrgStatus) -> bool:
    """Whether the number that a company tells is its own at once: staff look at it with its request."""
    return status in {OrgStatus.DRAFT, OrgStatus.REJECTED}


def check_usdot_number(has: str | None, wanted: str | None) -> None:
    """Who asks to be verified shows it, and whoever is verified is known by it; one that has none may tell it any time.

    Raises: UsdotNumberFixed (409).
    """
    if has is not None and wanted != has:
        raise UsdotNumberFixed


def latest_call(terms: Terms, starts_at: datetime) -> datetime:
    """When it is too late to ask for a job that starts then."""
    return starts_at - timedelta(hours=terms.lead_time_hours)


def _is_open(terms: Terms, local: datetime) -> bool:
    if terms.business_hours is None:
        return True
    hours = terms.business_hours.get(Weekday.of(local))
    return hours is not None and time.fromisoformat(hours["opens_at"]) <= local.time() < time.fromisoformat(
        hours["closes_at"]
    )


def check_rings(rings: Sequence[Ring], pointer: str) -> None:
    """What can be said of a polygon without a geometer. Whether it crosses itself the database knows.

    Raises: AreaRefused (422) with a fault at each ring that will not do.
    """
    faults = [fault for place, ring in enumerate(rings) for fault in _ring_faults(ring, f"{pointer}/{place}")]
    vertices = sum(len(ring) for ring in rings)
    if vertices > MOST_VERTICES:
        faults.append(Fault(pointer, "too_many_vertices", f"has {vertices} vertices; {MOST_VERTICES} are the most"))
    if faults:
        raise AreaRefused(faults=tuple(faults))


def _ring_faults(ring: Ring, pointer: str) -> Iterator[Fault]:
    if len(ring) < SHORTEST_RING:
        yield Fault(pointer, "ring_too_short", "has fewer than four positions")
    elif ring[0] != ring[-1]:
        yield Fault(pointer, "ring_open", "must end where it begins")
    if any(abs(one[0] - other[0]) > 180 for one, other in pairwise(ring)):  # noqa: PLR2004 - half of the way around
        yield Fault(pointer, "crosses_antimeridian", "must not cross the 180th meridian: give two areas")
    if any(abs(lat) > NEAREST_POLE for _, lat in ring):
        yield Fault(pointer, "near_pole", "must stay between 85 degrees north and south")
