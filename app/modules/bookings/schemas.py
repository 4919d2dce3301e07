from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, model_validator

from app.kernel.actor import ActorKind
from app.kernel.geo import Point
from app.kernel.instants import Day, Instant, Moment
from app.kernel.money import Amount, ExactDecimal, MoneyIn, MoneyOut
from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut
from app.kernel.text import Note500, Text120
from app.modules.bookings.values import BoardView, BookingStatus, Party, PolicyKind, Report
from app.modules.calendar.public import LONGEST_TURNAROUND_MINUTES, ResourceKind
from app.modules.pricing.public import PriceOut
from app.runtime.phones import Phone

Miles = Annotated[ExactDecimal, Field(ge=0, le=10_000, decimal_places=1)]
WorkedHours = Annotated[ExactDecimal, Field(ge=0, le=400, decimal_places=2)]
DoorCode = Annotated[str, Field(pattern="^[0-9]{6}$")]
Named = Annotated[tuple[UUID, ...], Field(max_length=40)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ContactIn(Strict):
    """Whom the crew calls at the door."""

    full_name: Text120
    phone: Phone
    email: Annotated[EmailStr, Field(max_length=254)] | None = None


class ContactPatch(Patch):
    clearable = frozenset({"email"})

    full_name: Text120 | None = None
    phone: Phone | None = None
    email: Annotated[EmailStr, Field(max_length=254)] | None = None


class WindowIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup."""

    starts_at: Moment
    ends_at: Moment


class HandEstimate(Strict):
    """What a dispatcher reckons the job to be; priced by the company's active price list."""

    volume_cuft: Annotated[int, Field(gt=0, le=100_000)]
    weight_lb: Annotated[int, Field(ge=0, le=1_000_000)]
    crew_size: Annotated[int, Field(ge=1, le=30)]
    duration_hours: Annotated[ExactDecimal, Field(gt=0, le=336, decimal_places=2)]


class BookingIn(Strict):
    """A customer books a quote. A dispatcher books by hand: window, trucks, people, places, and a price or an
    estimate that makes one.
    """

    contact: ContactIn
    quote_id: UUID | None = None
    window: WindowIn | None = None
    truck_ids: Named | None = None
    driver_ids: Named | None = None
    origin: PlaceIn | None = None
    destination: PlaceIn | None = None
    price: MoneyIn | None = None
    estimate: HandEstimate | None = None

    @model_validator(mode="after")
    def refuse_half_of_each(self) -> Self:
        by_hand = (self.window, self.truck_ids, self.driver_ids, self.origin, self.destination)
        if self.quote_id is not None:
            if any(part is not None for part in (*by_hand, self.price, self.estimate)):
                raise ValueError("takes either quote_id, or the fields of a booking by hand")
        elif any(part is None for part in by_hand):
            raise ValueError("without quote_id needs window, truck_ids, driver_ids, origin and destination")
        elif (self.price is None) == (self.estimate is None):
            raise ValueError("a booking by hand takes a price or an estimate, one of them")
        return self


class BookingPatch(Strict):
    contact: ContactPatch


class CancelIn(Strict):
    """`requested_by`: a member says `customer` for one who called; without it, who sends this cancels. With
    `accepted_fee` nothing happens when it costs more by now.
    """

    reason: Note500
    requested_by: Party | None = None
    accepted_fee: Amount | None = None


class CancellationQuery(Strict):
    requested_by: Party | None = None


class PreviewIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup."""

    starts_at: Moment


class RescheduleIn(PreviewIn):
    """`expected_total`: the total that was shown for that time, so that nobody is surprised."""

    expected_total: MoneyIn


class WindowOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    starts_at: datetime
    ends_at: datetime


class RescheduleOut(BaseModel):
    """A booking at another time. `alternatives` say what is free instead, when that time is not."""

    starts_at: datetime
    ends_at: datetime
    is_free: bool
    alternatives: list[WindowOut]
    price: PriceOut
    total: MoneyOut


class RefundStepIn(Strict):
    notice_hours: Annotated[int, Field(ge=0, le=8760)]
    refund_percent: Annotated[int, Field(ge=0, le=100)]


class CancellationPolicyIn(Strict):
    """A named policy, or `custom` with its steps: the longest notice first, less given back with each."""

    kind: PolicyKind
    steps: Annotated[tuple[RefundStepIn, ...], Field(min_length=1, max_length=10)] | None = None

    @model_validator(mode="after")
    def refuse_rising_steps(self) -> Self:
        if (self.kind is PolicyKind.CUSTOM) != (self.steps is not None):
            raise ValueError("takes steps for kind custom, and for no other")
        for longer, shorter in pairwise(self.steps or ()):
            if shorter.notice_hours >= longer.notice_hours or shorter.refund_percent >= longer.refund_percent:
                raise ValueError("steps must fall: the longest notice first, and less given back with each")
        return self


class RefundStepOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    notice_hours: int
    refund_percent: int


class CancellationPolicyOut(BaseModel):
    """`version` 0: the company has not chosen, and the platform's policy is in force."""

    kind: PolicyKind
    steps: list[RefundStepOut]
    version: int


class AssignIn(Strict):
    truck_ids: Annotated[Named, Field(min_length=1)]
    driver_ids: Annotated[Named, Field(min_length=1)]


class StepIn(Strict):
    """`location`: where whoever reports it stands."""

    note: Note500 | None = None
    location: Point | None = None


class LoadIn(StepIn):
    """`code`: the customer's for the pickup, where the company asks for it."""

    code: DoorCode | None = None


def report_of(to: BookingStatus, body: StepIn | None) -> Report:
    return Report(to) if body is None else Report(to, body.note, body.location, getattr(body, "code", None))


def _not_a_line_of_ours(code: str) -> str:
    if code in {"labour", "travel", "mileage", "flat_rate", "minimum_charge_adjustment", "tax"}:
        raise ValueError("is a line that the price makes itself")
    return code


class ExtraIn(Strict):
    """Work that the price did not hold, as agreed with the customer."""

    code: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$"), AfterValidator(_not_a_line_of_ours)]
    description: Text120
    amount: MoneyIn


class CompleteIn(LoadIn):
    """`code`: the customer's for the delivery, where the company asks for it."""

    actual_hours: WorkedHours
    actual_distance_miles: Miles
    extras: Annotated[tuple[ExtraIn, ...], Field(max_length=50)] = ()


class BookingFilter(ListQuery):
    status: BookingStatus | None = None
    starts_after: Instant | None = None
    starts_before: Instant | None = None

    def filters(self) -> dict[str, Any]:
        """The filters that were sent, by name; their values are bound as they are."""
        sent = sorted(self.model_fields_set - {"limit", "cursor"})
        return {name: getattr(self, name) for name in sent if getattr(self, name) is not None}


class OrganizationRef(BaseModel):
    id: UUID
    name: str


class ContactOut(BaseModel):
    full_name: str
    phone: str
    email: str | None


class SettlementOut(BaseModel):
    """`refund` and `fee` are the deposit together. `covers_replacement`: the company bears what another mover
    costs more.
    """

    by: Party
    deposit: MoneyOut
    refund: MoneyOut
    fee: MoneyOut
    covers_replacement: bool


class RefundUntil(BaseModel):
    """`until`: the last instant at which a customer's cancellation gives this share back."""

    until: datetime
    refund_percent: int


class CancellationOut(BaseModel):
    """What a cancellation costs at this instant, or has cost."""

    status: BookingStatus
    policy: PolicyKind
    steps: list[RefundUntil]
    settlement: SettlementOut
    reason: str | None


class BookingOut(BaseModel):
    id: UUID
    reference: str
    status: BookingStatus
    hold_expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    organization: OrganizationRef
    customer_id: UUID | None
    quote_id: UUID | None
    contact: ContactOut
    origin: PlaceOut
    destination: PlaceOut
    crew_size: int
    volume_cuft: int | None
    weight_lb: int | None
    distance_miles: Decimal | None
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    price: PriceOut
    final_price: PriceOut | None
    confirmed_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    cancellation_reason: str | None
    settlement: SettlementOut | None
    asks_door_codes: bool
    version: int
    created_at: datetime


class BookingSummary(BaseModel):
    """A booking in a list; the whole of it is at /v1/bookings/{id}."""

    id: UUID
    reference: str
    status: BookingStatus
    hold_expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    organization_id: UUID
    contact_name: str
    origin_city: str
    destination_city: str
    crew_size: int
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    total: MoneyOut
    version: int


class DoorOut(BaseModel):
    """`code` is for the crew at this door, and null once it was given or is not asked any more."""

    model_config = ConfigDict(from_attributes=True)

    code: str | None
    attempts_left: int
    given_at: datetime | None


class DoorCodesOut(BaseModel):
    """Null where the company asks for none, and before the booking is confirmed."""

    pickup: DoorOut | None
    delivery: DoorOut | None


class WaiveIn(Strict):
    reason: Note500


class BookingRulesIn(Strict):
    """`door_codes`: customers give the crew a code at the pickup and one at the delivery. `turnaround_minutes` lie
    between two jobs of a truck or a person, beside the drive from the last stop to the next pickup.
    """

    door_codes: bool
    turnaround_minutes: Annotated[int, Field(ge=0, le=LONGEST_TURNAROUND_MINUTES)] = 0


class BookingRulesOut(BookingRulesIn):
    """`version` 0: the company has not chosen."""

    version: int


class FeedIn(Strict):
    """`resource_id`: the jobs of one truck or person; without it, all of the company's."""

    name: Text120
    resource_id: UUID | None = None


class FeedOut(BaseModel):
    """`url` is for calendar programs: whoever has it reads the feed until it is revoked."""

    id: UUID
    name: str
    resource_id: UUID | None
    created_at: datetime
    url: str


class FeedsOut(BaseModel):
    items: list[FeedOut]


class TrackingLinkOut(BaseModel):
    """`url` is null while there is nothing to follow: before the confirmation, and after a cancellation."""

    model_config = ConfigDict(from_attributes=True)

    url: str | None
    expires_at: datetime


class TownOut(BaseModel):
    city: str
    state: str


class TrackedStepOut(BaseModel):
    status: BookingStatus
    at: datetime


class TrackOut(BaseModel):
    """A move as its family may see it, and whoever they hand the link to."""

    reference: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime
    pickup_zone: str
    origin: TownOut
    destination: TownOut
    organization_name: str
    organization_phone: str
    steps: list[TrackedStepOut]


class StepOut(BaseModel):
    """`location`: where whoever reported it stood, if they told."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    from_status: BookingStatus | None
    to_status: BookingStatus
    actor_kind: ActorKind
    actor_id: UUID | None
    note: str | None
    location: Point | None


class HistoryOut(BaseModel):
    items: list[StepOut]


class JobsQuery(Strict):
    """`day`: of the company's office; today without one."""

    day: Day | None = None


class BoardQuery(JobsQuery):
    """`view` week: seven days from `day` on. `resource_id`: one truck or person alone."""

    view: BoardView = BoardView.DAY
    resource_id: UUID | None = None


class TakenOut(BaseModel):
    """`source_id`: the booking, or the time off."""

    kind: str
    source_id: UUID
    starts_at: datetime
    ends_at: datetime


class LaneOut(BaseModel):
    resource_id: UUID
    kind: ResourceKind
    name: str | None
    taken: list[TakenOut]


class BoardOut(BaseModel):
    """Who and what is taken when, and the bookings of these days; `zone` is the office's."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    lanes: list[LaneOut]
    bookings: list[BookingSummary]


class JobsOut(BaseModel):
    items: list[BookingOut]


class AvailabilityQuery(Strict):
    """A window, and what is to be moved in it. Times without an offset are the wall time of the company's office.
    Without a start it is the next full hour, without an end it is eight hours long.
    """

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    volume_cuft: Annotated[int, Field(ge=0, le=100_000)] = 0
    weight_lb: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    crew_size: Annotated[int, Field(ge=1, le=30)] = 1


class FreeResourceOut(BaseModel):
    resource_id: UUID
    kind: ResourceKind


class BusyOut(BaseModel):
    resource_id: UUID
    windows: list[WindowOut]


class AvailabilityOut(BaseModel):
    """`fits`: what is free for the whole window suffices. `next_windows`: others of the same length that would do."""

    fits: bool
    free: list[FreeResourceOut]
    busy: list[BusyOut]
    next_windows: list[WindowOut]
