from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.kernel.geo import Point
from app.modules.calendar.public import LegKind

# From its first leg's start to its last one's end.
LONGEST_MOVE: Final = timedelta(days=30)


class BookingStatus(StrEnum):
    """The life of a booking; what may follow what stands in `rules.TRANSITIONS`."""

    HELD = "held"
    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    LOADING = "loading"
    IN_TRANSIT = "in_transit"
    UNLOADING = "unloading"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"


class DayStep(StrEnum):
    """What a crew reports from the road, as a command."""

    ARRIVE = "arrive"
    LOAD = "load"
    DEPART = "depart"
    UNLOAD = "unload"
    NO_SHOW = "no-show"

    @property
    def leads_to(self) -> BookingStatus:
        return _LEADS_TO[self]


_LEADS_TO = {
    DayStep.ARRIVE: BookingStatus.ARRIVED,
    DayStep.LOAD: BookingStatus.LOADING,
    DayStep.DEPART: BookingStatus.IN_TRANSIT,
    DayStep.UNLOAD: BookingStatus.UNLOADING,
    DayStep.NO_SHOW: BookingStatus.NO_SHOW,
}


class Door(StrEnum):
    """Where a customer gives a code, if the company asks for it."""

    PICKUP = "pickup"
    DELIVERY = "delivery"


class DisputeOutcome(StrEnum):
    """What staff make of a company's dispute: the customer's report counts for nothing, or it stands."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class WaitingDispute:
    """A no-show that its company disputes and nobody has decided on: what the company says, and what the customer did.
    None: they said nothing, or the customer's data was erased.
    """

    id: UUID
    org_id: UUID
    booking_id: UUID
    reference: str
    pickup_zone: str
    starts_at: datetime
    arrives_until: datetime | None
    reported_at: datetime
    report_note: str | None
    disputed_at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class Leg:
    """One part of a move of several days, with the trucks, people and pieces of its own.

    `is_assigned`: a dispatcher has chosen these since the booking was made.
    """

    kind: LegKind
    starts_at: datetime
    ends_at: datetime
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]
    equipment_ids: tuple[UUID, ...] = ()
    is_assigned: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What is told of a step: where it leads, and by choice a note, the place, the code of the door, photos."""

    to: BookingStatus
    note: str | None = None
    location: Point | None = None
    code: str | None = None
    photo_ids: tuple[UUID, ...] = ()


class BoardView(StrEnum):
    """How much of the calendar a board shows."""

    DAY = "day"
    WEEK = "week"

    @property
    def days(self) -> int:
        return 7 if self is BoardView.WEEK else 1


class Party(StrEnum):
    """The two who agreed on a move."""

    CUSTOMER = "customer"
    COMPANY = "company"


class PolicyKind(StrEnum):
    """A company's cancellation policy; the steps of all but `custom` stand in `rules.PRESETS`."""

    FLEXIBLE = "flexible"
    MODERATE = "moderate"
    STRICT = "strict"
    CUSTOM = "custom"


class RefundStep(NamedTuple):
    """With so many hours' notice, or more, this share of the deposit is given back."""

    notice_hours: int
    refund_percent: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a cancellation by the customer costs. The steps fall, the longest notice first; below the last one
    nothing is given back.
    """

    kind: PolicyKind
    steps: tuple[RefundStep, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the end of a booking costs: refund and fee are the deposit together.

    `by`: whose doing it was. `covers_replacement`: the company bears what another mover costs more.
    """

    by: Party
    refund: Decimal
    fee: Decimal
    covers_replacement: bool


@dataclass(frozen=True, slots=True)
class OpenBooking:
    """A booking that is held or promised and not done."""

    id: UUID
    reference: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SoughtBookings:
    """What bookings are sought by, any of it: `email` in small letters, `phone` in E.164, `name` or most of it, of whom
    the crew calls; `ids`: of the company and of the booking.
    """

    reference: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    customer_id: UUID | None = None
    ids: frozenset[tuple[UUID, UUID]] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundBooking:
    """A booking as staff find it: whose it is, and as much as tells a caller's from another."""

    id: UUID
    org_id: UUID
    reference: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    customer: str
    origin: str
    destination: str
