"""A booking by hand before it is held: its places located, its wall times as instants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final

from app.kernel.errors import Fault
from app.kernel.localtime import to_instant
from app.kernel.places import Place
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.modules.bookings import rules
from app.modules.bookings.schemas import BookingIn, LegIn, WindowIn
from app.modules.bookings.values import LONGEST_MOVE, Leg
from app.modules.calendar import public as calendar
from app.modules.fleet.public import EquipmentKind

# Hours are told in hundredths: what a window leaves is told in them too, rounded up.
HOURS_STEP: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class LocatedJob:
    """A booking by hand with its places located and its window as instants. `kinds`: of the pieces of equipment that
    each leg, or the one job, asks for. `arrives_within`: so long after the window's start.
    """

    origin: Place
    destination: Place
    window: calendar.Window
    distance_miles: Decimal
    drive_minutes: int
    legs: tuple[Leg, ...] = ()
    kinds: tuple[tuple[EquipmentKind, ...], ...] = ()
    arrives_within: timedelta = timedelta(0)

    @property
    def arrives_until(self) -> datetime | None:
        """None: at the window's start."""
        return self.window.starts_at + self.arrives_within if self.arrives_within else None


async def locate_job(ports: Ports, body: BookingIn) -> LocatedJob | None:
    """The ports step of booking by hand; None for a quote, which has been located.

    Raises: PlaceNotLocated (422), LocalTimeRefused (422).
    """
    if body.quote_id is not None or body.origin is None or body.destination is None:
        return None
    origin = await locate_place(ports.geocoder, body.origin, pointer="/origin")
    destination = await locate_place(ports.geocoder, body.destination, pointer="/destination")
    route = await ports.router.route(origin.location, destination.location)
    parts = _legs(body.legs or (), origin.zone)
    legs, kinds = tuple(leg for leg, _ in parts), tuple(some for _, some in parts) or (body.equipment_kinds,)
    if legs:
        window = calendar.Window(min(leg.starts_at for leg in legs), max(leg.ends_at for leg in legs))
    elif body.window is not None:
        window = _window(body.window, origin.zone, "/window")
    else:
        return None
    within = timedelta(minutes=body.arrival_window_minutes)
    return LocatedJob(origin, destination, window, route.distance_miles, route.drive_minutes, legs, kinds, within)


def _window(told: WindowIn, zone: str, pointer: str) -> calendar.Window:
    return calendar.Window(
        to_instant(told.starts_at, zone, pointer=f"{pointer}/starts_at"),
        to_instant(told.ends_at, zone, pointer=f"{pointer}/ends_at"),
    )


def _legs(told: Sequence[LegIn], zone: str) -> list[tuple[Leg, tuple[EquipmentKind, ...]]]:
    """In the order of their beginnings, each with the kinds of the pieces that it asks for."""
    windows = [_window(one, zone, f"/legs/{at}") for at, one in enumerate(told)]
    legs = [
        (
            Leg(one.kind, window.starts_at, window.ends_at, one.truck_ids, one.driver_ids, one.equipment_ids),
            one.equipment_kinds,
        )
        for one, window in zip(told, windows, strict=True)
    ]
    return sorted(legs, key=lambda part: part[0].starts_at)


def check_windows(job: LocatedJob, now: datetime) -> None:
    """Raises: WindowRefused (422)."""
    if not job.legs:
        calendar.check_window(job.window, now, "/window")
    for at, leg in enumerate(job.legs):
        calendar.check_window(calendar.Window(leg.starts_at, leg.ends_at), now, f"/legs/{at}")
    if job.window.length > LONGEST_MOVE:
        raise calendar.WindowRefused("A move of several days ends 30 days after it begins at the latest.")
    first = calendar.Window(job.window.starts_at, job.legs[0].ends_at if job.legs else job.window.ends_at)
    rules.check_arrival(first, job.window.starts_at + job.arrives_within, "/arrival_window_minutes")


def check_hours(hours: Decimal, job: LocatedJob) -> None:
    """Raises: WindowRefused (422) where the work takes longer than its window, or its legs together, leave for it."""
    parts = [leg.ends_at - leg.starts_at for leg in job.legs] or [job.window.length]
    minutes = sum(parts, -job.arrives_within) // timedelta(minutes=1)
    left = (Decimal(minutes) / 60).quantize(HOURS_STEP, ROUND_CEILING)
    if hours > left:
        sentence = f"takes longer than the {left} hours that the window leaves for the work"
        fault = Fault("/estimate/duration_hours", "window_too_short", sentence)
        raise calendar.WindowRefused(f"The work {sentence}.", faults=(fault,))
