"""What a booking that stands has in the calendar, and what another team of it would take."""

from __future__ import annotations

from app.kernel.actor import Mover
from app.modules.bookings import rules
from app.modules.bookings.models import Booking
from app.modules.calendar import public as calendar


def kept_of(booking: Booking) -> calendar.Window:
    """From when until when trucks and crew are kept for it, where it is in one piece."""
    window = calendar.Window(booking.starts_at, booking.ends_at)
    return rules.kept(window, booking.arrives_until, booking.planned_arrival_at)


def ask_of(booking: Booking, actor: Mover) -> calendar.Ask:
    """For another team of a job that stands: it is no new one of its day, and takes nothing of what is past."""
    kept = kept_of(booking)
    return calendar.Ask(
        org_id=booking.org_id,
        source_id=booking.id,
        window=rules.left_to_come(kept, booking.status, booking.arrives_until, actor.now) or kept,
        zone=booking.pickup_zone,
        now=actor.now,
        stops=rules.stops_of(booking.origin, booking.destination),
        within_limits=False,
    )


def leg_ask(booking: Booking, number: int) -> calendar.LegAsk:
    """What a leg has: its window, stops, trucks, people and pieces."""
    stops = rules.stops_of(booking.origin, booking.destination)
    return rules.asks_of(rules.legs_from_json(booking.legs or ()), stops)[number]
