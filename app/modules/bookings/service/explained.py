from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.modules.bookings import repository
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.service.history import Work
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession


@dataclass(frozen=True, slots=True)
class Explained:
    """What the two prices of a booking were made of, as stored: the job as it was booked, and as it was worked.

    `pricing_config_id` and inputs None: a price agreed by hand. `worked_inputs` and `final` None: not completed yet.
    """

    pricing_config_id: UUID | None
    promised_inputs: dict[str, Any] | None
    worked_inputs: dict[str, Any] | None
    promised: dict[str, Any]
    final: dict[str, Any] | None


async def explain_prices(session: ReadSession, booking_id: UUID) -> Explained:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    worked = None
    if booking.job is not None and booking.actuals is not None:
        work, job = Work.of(booking.actuals), pricing.job_from_json(booking.job)
        worked = pricing.job_to_json(pricing.as_worked(job, work.hours, work.distance_miles))
    return Explained(booking.pricing_config_id, booking.job, worked, booking.price, booking.final_price)
