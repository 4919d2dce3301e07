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
    """What the two prices of a booking were made of, as stored: the promised one of the job as it was booked, the final
    one of the job as it was worked, or again as booked where the promise is binding.

    `pricing_config_id` and inputs None: a price agreed by hand. `final_inputs` and `final` None: not completed yet.
    """

    pricing_config_id: UUID | None
    promised_inputs: dict[str, Any] | None
    final_inputs: dict[str, Any] | None
    promised: dict[str, Any]
    final: dict[str, Any] | None


async def explain_prices(session: ReadSession, booking_id: UUID) -> Explained:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    final_inputs = None
    if booking.job is not None and booking.actuals is not None:
        promised = pricing.price_from_json(booking.price)
        worked = Work.of(booking.actuals).job(pricing.job_from_json(booking.job))
        final_inputs = booking.job if pricing.is_binding(promised) else pricing.job_to_json(worked)
    return Explained(booking.pricing_config_id, booking.job, final_inputs, booking.price, booking.final_price)
