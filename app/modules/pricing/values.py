"""What a price is made from and what it is: plain values, exact decimals, no float.

Decimals without a currency are quantities; volumes are cubic feet, weights pounds, ways miles, carries feet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from app.kernel.money import Money

ZERO: Final = Decimal(0)
# A public holiday calendar: country (ISO 3166), and the state where it is narrower than the country.
Calendar: TypeAlias = tuple[str, str | None]


class ConfigStatus(StrEnum):
    """A price list's version: written, in force, or replaced."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Travel(StrEnum):
    """Which drives the crew is paid for."""

    NONE = "none"
    PORTAL_TO_PORTAL = "portal_to_portal"
    DOUBLE_DRIVE = "double_drive"


class ValuationKind(StrEnum):
    RELEASED = "released"
    FULL = "full"


class Unit(StrEnum):
    """What a line counts. A `share` is a fraction of the line's unit price, which is then a sum of money."""

    HOUR = "hour"
    MILE = "mile"
    JOB = "job"
    FLIGHT = "flight"
    END = "end"
    PIECE = "piece"
    CARRY = "carry"
    CARTON = "carton"
    CUBIC_FOOT = "cuft"
    HUNDRED_POUNDS = "100_lb"
    THOUSAND = "1000_declared"
    SHARE = "share"


class Unpriced(StrEnum):
    """Why a config has no price for a job."""

    CREW_TOO_LARGE = "crew_too_large"
    FUEL_INDEX_MISSING = "fuel_index_missing"
    TOTAL_TOO_LARGE = "total_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a move: flights of stairs, a lift, feet between truck and door, room for a full-size truck."""

    flights: int = 0
    elevator: bool = False
    carry_ft: Decimal = ZERO
    full_truck_access: bool = True


class Piece(NamedTuple):
    """So many of one thing in the inventory."""

    code: str
    quantity: int
    categories: tuple[str, ...] = ()


class Packing(NamedTuple):
    cartons: int = 0
    hours: Decimal = ZERO


class Service(StrEnum):
    """What a customer may choose beside the move itself."""

    PACKING = "packing"
    VALUATION = "valuation"


class Valuation(NamedTuple):
    """The protection the customer chose; amounts in the config's currency."""

    kind: ValuationKind
    declared_value: Decimal
    deductible: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The facts one price depends on, local times resolved: a stored job prices the same for ever.

    `starts_at` and `booked_at` are UTC, `local_start` is the pickup's wall time without a zone, `booked_on` the
    date of `booked_at` there. `discount_uses` counts earlier uses by code. Minutes are whole, rounded up.
    """

    starts_at: datetime
    local_start: datetime
    booked_at: datetime
    booked_on: date
    hours: Decimal
    crew: int = 2
    distance_miles: Decimal = ZERO
    drive_minutes: int = 0
    base_to_pickup_minutes: int = 0
    dropoff_to_base_minutes: int = 0
    volume_cuft: Decimal = ZERO
    weight_lb: Decimal = ZERO
    fuel_index_price: Decimal | None = None
    pickup: End = End()
    dropoff: End = End()
    inventory: tuple[Piece, ...] = ()
    packing: Packing | None = None
    valuation: Valuation | None = None
    codes: frozenset[str] = frozenset()
    discount_uses: Mapping[str, int] = field(default_factory=dict)
    # Worked out once, because one job is priced by hundreds of configs.
    pieces_by_code: Mapping[str, int] = field(init=False, repr=False, compare=False)
    pieces_by_category: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_code: dict[str, int] = {}
        by_category: dict[str, int] = {}
        for piece in self.inventory:
            by_code[piece.code] = by_code.get(piece.code, 0) + piece.quantity
            for category in dict.fromkeys(piece.categories):
                by_category[category] = by_category.get(category, 0) + piece.quantity
        object.__setattr__(self, "pieces_by_code", by_code)
        object.__setattr__(self, "pieces_by_category", by_category)


class EstimateKind(StrEnum):
    """What an estimate promises: a total, a guess on weight, or a ceiling that nothing but a change order lifts."""

    BINDING = "binding"
    NON_BINDING = "non_binding"
    NOT_TO_EXCEED = "not_to_exceed"


class Promise(NamedTuple):
    """What the total of a price is worth: its kind, the most that is asked for, and by whose rule.

    `ceiling` None: what was worked is owed.
    """

    kind: EstimateKind
    ceiling: Money | None
    authority: str


class Line(NamedTuple):
    """One line of a price: `quantity` by `unit_price`, rounded, is `amount`; `rule` is the index in the config."""

    code: str
    description: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    amount: Money
    rule: int | None


class Price(NamedTuple):
    """A priced job. `total` is the sum of the lines, `subtotal` the same before tax.

    `deposit` and `platform_fee` stand beside the lines and are inside the total. `holidays` are the calendars of
    the config that hold the job's day: with them a replay needs no holiday library. `promise` None: the price list
    makes none, and what was worked is owed.
    """

    lines: tuple[Line, ...]
    subtotal: Money
    total: Money
    deposit: Money
    platform_fee: Money
    holidays: tuple[Calendar, ...]
    promise: Promise | None = None


class HomeSize(StrEnum):
    STUDIO = "studio"
    ONE_BEDROOM = "one_bedroom"
    TWO_BEDROOM = "two_bedroom"
    THREE_BEDROOM = "three_bedroom"
    FOUR_BEDROOM = "four_bedroom"


# The code of a thing that no catalogue holds: it is told by its dimensions.
CUSTOM_ITEM: Final = "custom"


class ItemCount(NamedTuple):
    """So many of a catalogue item, or of a custom one of `volume_cuft` each.

    `weight_lb` is the weighed weight of one, instead of the catalogue's.
    """

    code: str
    quantity: int
    weight_lb: Decimal | None = None
    volume_cuft: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRequest:
    """What is to be moved: items, or else a home size; `weight_lb` overrides the weight of it all."""

    home_size: HomeSize | None = None
    items: tuple[ItemCount, ...] = ()
    pickup: End = End()
    dropoff: End = End()
    weight_lb: Decimal | None = None


class Factor(NamedTuple):
    """One figure that an estimate was made with, and where it comes from."""

    code: str
    description: str
    value: Decimal
    unit: str
    source: str


class Hours(NamedTuple):
    """Loading and unloading, without the drive: half of such jobs, and nine in ten, take no longer."""

    p50: Decimal
    p90: Decimal


class CartonCount(NamedTuple):
    """So many cartons of one kind of the catalogue."""

    code: str
    quantity: int


class Estimate(NamedTuple):
    """`cartons` are those that packing such a home usually takes, or those that are listed. `exact_hours`: the p50
    before it is rounded up.
    """

    volume_cuft: Decimal
    weight_lb: Decimal
    crew_size: int
    duration_hours: Hours
    exact_hours: Fraction
    truck_count: int
    person_hours: Decimal
    inventory: tuple[Piece, ...]
    cartons: tuple[CartonCount, ...]
    factors: tuple[Factor, ...]
