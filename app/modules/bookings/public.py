"""What other modules may ask of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.kernel.places import Place
from app.modules.bookings import repository
from app.modules.bookings.errors import (
    BookingNotFound,
    ContactErased,
    CrewIncomplete,
    DisputeDecided,
    DisputeNotFound,
    IllegalStep,
    NotEquipped,
    PapersEndBefore,
    TruckTooSmall,
)
from app.modules.bookings.schemas.disputes import DisputeOut
from app.modules.bookings.service.contacts import shown_contact
from app.modules.bookings.service.desk import find_bookings, open_bookings_of
from app.modules.bookings.service.disputes import decide_dispute, list_waiting_disputes
from app.modules.bookings.service.eligibility import Lacking
from app.modules.bookings.service.explained import Explained, explain_prices
from app.modules.bookings.service.history import final_prices, reprice_bookings
from app.modules.bookings.service.personal import erase_customer, open_bookings, personal_data
from app.modules.bookings.service.reassign import (
    DayJob,
    Team,
    lacking_papers,
    list_day_jobs,
    list_under_way,
    on_their_way,
    reassign_all,
)
from app.modules.bookings.service.take_back import take_back
from app.modules.bookings.values import (
    BookingStatus,
    DisputeOutcome,
    FoundBooking,
    OpenBooking,
    SoughtBookings,
    WaitingDispute,
)
from app.runtime.db.session import ReadSession, WriteSession

__all__ = [
    "Billable",
    "BookingNotFound",
    "BookingStatus",
    "ContactErased",
    "CrewIncomplete",
    "DayJob",
    "DisputeDecided",
    "DisputeNotFound",
    "DisputeOut",
    "DisputeOutcome",
    "Explained",
    "FoundBooking",
    "IllegalStep",
    "Lacking",
    "NotEquipped",
    "OpenBooking",
    "PapersEndBefore",
    "SoughtBookings",
    "Team",
    "TruckTooSmall",
    "WaitingDispute",
    "billable",
    "contact_email",
    "decide_dispute",
    "erase_customer",
    "explain_prices",
    "final_prices",
    "find_bookings",
    "lacking_papers",
    "list_day_jobs",
    "list_under_way",
    "list_waiting_disputes",
    "on_their_way",
    "open_bookings",
    "open_bookings_of",
    "personal_data",
    "reassign_all",
    "reprice_bookings",
    "take_back",
]


@dataclass(frozen=True, slots=True)
class Billable:
    """A booking as an invoice needs it. `final_price` is the stored JSON of pricing; None until completed."""

    booking_id: UUID
    reference: str
    status: BookingStatus
    customer_id: UUID | None
    contact: dict[str, Any]
    origin: Place
    destination: Place
    starts_at: datetime
    ends_at: datetime
    completed_at: datetime | None
    pickup_zone: str
    final_price: dict[str, Any] | None
    currency: str


async def contact_email(session: ReadSession, booking_id: UUID) -> str | None:
    """Where whom the crew calls is written to; None: they told no address, or are erased. For the worker."""
    booking = await repository.get_booking(session, booking_id)
    email: str | None = shown_contact(session.seals, booking)["email"] if booking else None
    return email


async def billable(session: WriteSession, org_id: UUID, booking_id: UUID) -> Billable:
    """Locks: the booking row. Raises: BookingNotFound (404)."""
    booking = await repository.lock_booking(session, org_id, booking_id)
    if booking is None:
        raise BookingNotFound
    return Billable(
        booking_id=booking.id,
        reference=booking.reference,
        status=booking.status,
        customer_id=booking.customer_id,
        contact=shown_contact(session.seals, booking),
        origin=Place.model_validate(booking.origin),
        destination=Place.model_validate(booking.destination),
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        completed_at=booking.completed_at,
        pickup_zone=booking.pickup_zone,
        final_price=booking.final_price,
        currency=booking.currency,
    )
