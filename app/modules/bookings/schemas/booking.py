from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Self
from uuid import UUID

from pydantic import BaseModel, EmailStr, Field, ValidationInfo, field_validator, model_validator

from app.kernel.figures import NumberOut
from app.kernel.instants import Instant
from app.kernel.money import ExactDecimal, MoneyIn, MoneyOut
from app.kernel.paging import ListQuery
from app.kernel.patch import Patch
from app.kernel.places import PlaceIn, PlaceOut
from app.kernel.text import Text120
from app.modules.bookings.schemas.cancellation import SettlementOut
from app.modules.bookings.schemas.shapes import (
    MOST_LEGS,
    LegNumber,
    Named,
    PieceKinds,
    PlannedArrival,
    Strict,
    WindowIn,
)
from app.modules.bookings.values import BookingStatus
from app.modules.calendar.public import LegKind
from app.modules.market.public import ArrivalWindow, RequiresIn
from app.modules.orgs.public import LONGEST_ARRIVAL_WINDOW_MINUTES
from app.modules.pricing.public import PackingWishIn, PriceOut, ServicesIn
from app.runtime.phones import Phone


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


class HandEstimate(Strict):
    """What a dispatcher reckons the job to be; priced by the company's active price list."""

    volume_cuft: Annotated[int, Field(gt=0, le=100_000)]
    weight_lb: Annotated[int, Field(ge=0, le=1_000_000)]
    crew_size: Annotated[int, Field(ge=1, le=30)]
    duration_hours: Annotated[ExactDecimal, Field(gt=0, le=336, decimal_places=2)]


class HandPackingIn(PackingWishIn):
    """Packing by the company: nobody has counted the cartons but whoever takes the booking."""

    cartons: Annotated[int, Field(strict=True, ge=1, le=10_000, examples=[20])]


class HandServicesIn(ServicesIn):
    """What is chosen beside the move, as in a search; the price list needs a price for packing and full protection."""

    packing: HandPackingIn | None = None


class LegIn(WindowIn):
    """One part of a move of several days, with the trucks, people and pieces of equipment of its own. Wall times are
    the pickup's.
    """

    kind: LegKind
    truck_ids: Named = ()
    driver_ids: Annotated[Named, Field(min_length=1)]
    equipment_ids: Named = ()
    equipment_kinds: PieceKinds = ()


ONE_OF: Final = "A booking by hand has one of price and estimate: agreed on the phone, or made by the price list."


class BookingIn(Strict):
    """A customer books a quote. A dispatcher books by hand: window, trucks, people, places, and a price or an
    estimate that makes one; `requires` is what those trucks and people must have.
    """

    contact: ContactIn
    quote_id: UUID | None = None
    window: WindowIn | None = None
    truck_ids: Named | None = None
    driver_ids: Named | None = None
    equipment_ids: Named = ()
    equipment_kinds: PieceKinds = ()
    legs: Annotated[tuple[LegIn, ...], Field(min_length=2, max_length=MOST_LEGS)] | None = None
    arrival_window_minutes: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=LONGEST_ARRIVAL_WINDOW_MINUTES,
            description="By hand: so long after the start of the window, or of the first leg, the crew may arrive; "
            "it is part of the window. 0: at its start.",
        ),
    ] = 0
    origin: PlaceIn | None = None
    destination: PlaceIn | None = None
    price: Annotated[MoneyIn | None, Field(description=ONE_OF)] = None
    estimate: Annotated[HandEstimate | None, Field(description=ONE_OF)] = None
    services: Annotated[
        HandServicesIn | None, Field(description="By hand, with an estimate: an agreed price has all of it in it.")
    ] = None
    requires: RequiresIn = RequiresIn()

    @model_validator(mode="after")
    def refuse_half_of_each(self) -> Self:
        in_one = (self.window, self.truck_ids, self.driver_ids)
        by_hand = (*(in_one if self.legs is None else (self.legs,)), self.origin, self.destination)
        if self.quote_id is not None:
            if (
                self.requires != RequiresIn()
                or self.equipment_ids
                or self.equipment_kinds
                or self.arrival_window_minutes
                or any(part is not None for part in (*by_hand, self.price, self.estimate, self.services))
            ):
                raise ValueError("takes either quote_id, or the fields of a booking by hand")
        elif any(part is None for part in by_hand):
            raise ValueError("without quote_id needs window, truck_ids and driver_ids, or legs; origin and destination")
        elif self.legs is not None and (
            self.equipment_ids or self.equipment_kinds or any(part is not None for part in in_one)
        ):
            raise ValueError("takes either legs, or a window with trucks, people and equipment: a leg names its own")
        elif (self.price is None) == (self.estimate is None):
            raise ValueError("a booking by hand takes a price (/price) or an estimate (/estimate), one of them")
        elif self.services is not None and self.estimate is None:
            raise ValueError("takes services with an estimate: a price that was agreed has them in it")
        return self


class BookingPatch(Strict):
    contact: ContactPatch


class AssignIn(Strict):
    """`leg`: of a move of several days the number of the one leg that is meant, the first is 0; one that needs no truck
    takes people alone. `equipment_ids`: pieces with a calendar of their own; left out, the booking, or the leg,
    keeps what it has.
    """

    leg: LegNumber | None = None
    truck_ids: Named
    driver_ids: Annotated[Named, Field(min_length=1)]
    equipment_ids: Named | None = None

    @field_validator("truck_ids")
    @classmethod
    def refuse_none(cls, truck_ids: tuple[UUID, ...], told: ValidationInfo) -> tuple[UUID, ...]:
        if not truck_ids and told.data.get("leg") is None:
            raise ValueError("names one truck at least")
        return truck_ids


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


class LegOut(BaseModel):
    """`is_assigned`: a dispatcher has chosen its team since the booking was made."""

    kind: LegKind
    starts_at: datetime
    ends_at: datetime
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    equipment_ids: list[UUID]
    is_assigned: bool


class BookingOut(BaseModel):
    """`legs`: the parts of a move of several days; null for one in one piece.

    `price`, `final_price` and `settlement` are null to drivers.
    """

    id: UUID
    reference: str
    status: BookingStatus
    hold_expires_at: datetime | None
    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    planned_arrival_at: PlannedArrival
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
    skills: list[str]
    truck_features: list[str]
    distance_miles: NumberOut | None
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    equipment_ids: list[UUID]
    legs: list[LegOut] | None
    price: Annotated[PriceOut | None, Field(description="null to drivers, and to nobody else")]
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
    arrival_window: ArrivalWindow
    planned_arrival_at: PlannedArrival
    pickup_zone: str
    organization_id: UUID
    contact_name: str
    origin_city: str
    destination_city: str
    crew_size: int
    truck_ids: list[UUID]
    driver_ids: list[UUID]
    equipment_ids: list[UUID]
    legs: list[LegOut] | None
    total: Annotated[MoneyOut | None, Field(description="null to drivers, and to nobody else")]
    version: int
