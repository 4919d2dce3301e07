"""A job as a client describes it, to try prices on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from app.kernel.money import Amount, ExactDecimal
from app.modules.pricing.rules import PricingConfig, local_start
from app.modules.pricing.rules.rule import Code, Flag, Quantity, Whole
from app.modules.pricing.values import ZERO, End, Job, Packing, Piece, Valuation, ValuationKind

EARLIEST_YEAR = 2000
LATEST_YEAR = 2101


def _zone(name: str) -> str:
    # A folder of the zone database ("America") opens as no file: an OSError, not an unknown key.
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be an IANA time zone, as America/Los_Angeles") from None
    return name


def _near_now(instant: datetime) -> datetime:
    if not EARLIEST_YEAR <= instant.year < LATEST_YEAR:
        raise ValueError(f"must be in the years {EARLIEST_YEAR} to {LATEST_YEAR - 1}")
    return instant


Instant = Annotated[AwareDatetime, AfterValidator(_near_now), Field(examples=["2027-06-05T09:00:00-07:00"])]
Zone = Annotated[str, Field(max_length=60, examples=["America/Los_Angeles"]), AfterValidator(_zone)]
Count = Annotated[Whole, Field(ge=0, le=100_000)]
Minutes = Annotated[Whole, Field(ge=0, le=100_000)]
WorkHours = Annotated[Quantity, Field(le=1000)]


class _In(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EndIn(_In):
    """Getting in at one end."""

    flights: Annotated[Whole, Field(ge=0, le=200)] = 0
    elevator: Flag = False
    carry_ft: Annotated[Quantity, Field(le=10_000)] = ZERO
    full_truck_access: Flag = True

    def to_end(self) -> End:
        return End(
            flights=self.flights,
            elevator=self.elevator,
            carry_ft=self.carry_ft,
            full_truck_access=self.full_truck_access,
        )


class PieceIn(_In):
    code: Code
    quantity: Annotated[Whole, Field(ge=1, le=10_000)] = 1
    categories: Annotated[tuple[Code, ...], Field(max_length=20)] = ()


class PackingIn(_In):
    cartons: Count = 0
    hours: WorkHours = ZERO

    def to_packing(self) -> Packing:
        return Packing(self.cartons, self.hours)


class ValuationIn(_In):
    kind: ValuationKind
    declared_value: Amount
    deductible: Amount = ZERO

    def to_valuation(self) -> Valuation:
        return Valuation(self.kind, self.declared_value, self.deductible)


class JobIn(_In):
    """The facts of a job; only the start, the pickup's zone and the hours are required."""

    starts_at: Instant
    pickup_zone: Zone
    hours: Annotated[WorkHours, Field(examples=["3"])]
    crew: Annotated[Whole, Field(ge=1, le=100)] = 2
    distance_miles: Annotated[Quantity, Field(le=25_000)] = ZERO
    drive_minutes: Minutes = 0
    base_to_pickup_minutes: Minutes = 0
    dropoff_to_base_minutes: Minutes = 0
    volume_cuft: Annotated[Quantity, Field(le=1_000_000)] = ZERO
    weight_lb: Annotated[Quantity, Field(le=10_000_000)] = ZERO
    booked_at: Annotated[Instant | None, Field(description="Left out: now.")] = None
    fuel_index_price: Annotated[ExactDecimal, Field(ge=0, le=1000, decimal_places=4)] | None = None
    pickup: EndIn = EndIn()
    dropoff: EndIn = EndIn()
    inventory: Annotated[tuple[PieceIn, ...], Field(max_length=1000)] = ()
    packing: PackingIn | None = None
    valuation: ValuationIn | None = None
    codes: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    discount_uses: Annotated[dict[Code, Annotated[Whole, Field(ge=0)]], Field(max_length=50)] = Field(
        default_factory=dict
    )

    def to_job(self, now: datetime) -> Job:
        """The job with its local times resolved; `now` (UTC) is when it is booked, where that is not told."""
        booked_at = (self.booked_at or now).astimezone(UTC)
        return Job(
            starts_at=self.starts_at.astimezone(UTC),
            local_start=local_start(self.starts_at, self.pickup_zone),
            booked_at=booked_at,
            booked_on=local_start(booked_at, self.pickup_zone).date(),
            hours=self.hours,
            crew=self.crew,
            distance_miles=self.distance_miles,
            drive_minutes=self.drive_minutes,
            base_to_pickup_minutes=self.base_to_pickup_minutes,
            dropoff_to_base_minutes=self.dropoff_to_base_minutes,
            volume_cuft=self.volume_cuft,
            weight_lb=self.weight_lb,
            fuel_index_price=self.fuel_index_price,
            pickup=self.pickup.to_end(),
            dropoff=self.dropoff.to_end(),
            inventory=tuple(Piece(piece.code, piece.quantity, piece.categories) for piece in self.inventory),
            packing=None if self.packing is None else self.packing.to_packing(),
            valuation=None if self.valuation is None else self.valuation.to_valuation(),
            codes=frozenset(self.codes),
            discount_uses=self.discount_uses,
        )


class SimulateIn(_In):
    """A config, which need not be stored, and a job to price with it."""

    config: PricingConfig
    job: JobIn
