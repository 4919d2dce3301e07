from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class BookingEvent(Event):
    """Base, never announced itself: who wants more reads the booking."""

    org_id: UUID
    booking_id: UUID


class BookingHeld(BookingEvent):
    name: ClassVar[str] = "booking.held"


class BookingConfirmed(BookingEvent):
    name: ClassVar[str] = "booking.confirmed"


class BookingAssigned(BookingEvent):
    name: ClassVar[str] = "booking.assigned"


class BookingTruckReplaced(BookingEvent):
    """Another truck comes, for one that broke down; nothing else changes."""

    name: ClassVar[str] = "booking.truck_replaced"


class BookingArrivalPlanned(BookingEvent):
    """The crew is to come at that time of the window it was promised for; None: at any time of it, as before."""

    name: ClassVar[str] = "booking.arrival_planned"

    planned_arrival_at: datetime | None = None


class BookingRescheduled(BookingEvent):
    name: ClassVar[str] = "booking.rescheduled"


class BookingStarted(BookingEvent):
    name: ClassVar[str] = "booking.started"


class BookingCompleted(BookingEvent):
    name: ClassVar[str] = "booking.completed"


class BookingCancelled(BookingEvent):
    name: ClassVar[str] = "booking.cancelled"


class BookingExpired(BookingEvent):
    name: ClassVar[str] = "booking.expired"


class DoorCodesRenewed(BookingEvent):
    """New codes for the doors; which ones, no event says."""

    name: ClassVar[str] = "booking.door_codes_renewed"


class NoShowReported(BookingEvent):
    """One side says that the other was not there; the booking has ended."""

    name: ClassVar[str] = "booking.no_show_reported"


class NoShowReviewed(BookingEvent):
    """Staff have decided on a no-show that the company disputed."""

    name: ClassVar[str] = "booking.no_show_reviewed"


class BookingProgressed(BookingEvent):
    """A step of the day between start and completion, or a no-show."""

    name: ClassVar[str] = "booking.progressed"
