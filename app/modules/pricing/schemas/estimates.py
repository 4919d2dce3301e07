"""Estimates and the catalogue as they are asked for and answered."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.kernel.money import ExactDecimal
from app.kernel.places import Place, PlaceIn
from app.modules.pricing.rules import CATALOGUE, Item, end_of
from app.modules.pricing.rules.estimator import volume_of
from app.modules.pricing.rules.rule import AtLeastOne, PositiveQuantity, Whole, exactly_one, refusal
from app.modules.pricing.values import CUSTOM_ITEM, Estimate, EstimateRequest, HomeSize, ItemCount


def _known(code: str) -> str:
    if code not in CATALOGUE and code != CUSTOM_ITEM:
        raise ValueError("is not in the catalogue: GET /v1/inventory-items lists it")
    return code


Inches = Annotated[PositiveQuantity, Field(le=1200, examples=["48"])]


class DimensionsIn(BaseModel):
    """The box around a thing, in inches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    length_in: Inches
    width_in: Inches
    height_in: Inches


class ItemCountIn(BaseModel):
    """So many of one catalogue item, or of a `custom` one by its dimensions; `weight_lb` where one was weighed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(examples=["sofa_3_seat"], max_length=60), AfterValidator(_known)]
    quantity: Annotated[Whole, Field(ge=1, le=1000, examples=[1])] = 1
    weight_lb: Annotated[PositiveQuantity, Field(le=100_000)] | None = None
    dimensions: Annotated[DimensionsIn | None, Field(description="Of a custom item, and of no other")] = None

    @model_validator(mode="after")
    def refuse_custom_without_dimensions(self) -> Self:
        if (self.code == CUSTOM_ITEM) != (self.dimensions is not None):
            reason = "A custom item is told by its dimensions, and no other item is."
            raise refusal((("dimensions",), "custom_item_dimensions", reason))
        return self

    def to_count(self) -> ItemCount:
        box = self.dimensions
        volume = None if box is None else volume_of(box.length_in, box.width_in, box.height_in)
        return ItemCount(self.code, self.quantity, self.weight_lb, volume)


class LoadIn(BaseModel):
    """What is to be moved: a list of things, or a home size; `weight_lb` where the whole was weighed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home_size: HomeSize | None = None
    items: Annotated[tuple[ItemCountIn, ...], AtLeastOne(), Field(max_length=500)] | None = None
    weight_lb: Annotated[PositiveQuantity, Field(le=1_000_000)] | None = None


class EstimateIn(LoadIn):
    """A move to estimate."""

    origin: PlaceIn
    destination: PlaceIn

    @model_validator(mode="after")
    def refuse_both_or_neither(self) -> Self:
        exactly_one(self, "home_size", "items")
        return self

    def to_request(self) -> EstimateRequest:
        return estimate_request(self, self.origin, self.destination)


def estimate_request(load: LoadIn, origin: PlaceIn | Place, destination: PlaceIn | Place) -> EstimateRequest:
    """A load between two places; of the places only the access counts."""
    return EstimateRequest(
        home_size=load.home_size,
        items=tuple(counted.to_count() for counted in load.items or ()),
        pickup=end_of(origin.access),
        dropoff=end_of(destination.access),
        weight_lb=load.weight_lb,
    )


class HoursOut(BaseModel):
    """Loading and unloading, without the drive: half of such moves, and nine in ten, take no longer."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    p50: NumberOut
    p90: NumberOut


class FactorOut(BaseModel):
    """One figure of the estimate, and where it comes from."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: str
    description: str
    value: NumberOut
    unit: str
    source: str


class CartonCountOut(BaseModel):
    """So many cartons of one kind of the catalogue."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: Annotated[str, Field(examples=["carton_medium"])]
    quantity: int


class EstimateOut(BaseModel):
    """An estimate with every factor it was made from."""

    model_config = ConfigDict(frozen=True)

    volume_cuft: NumberOut
    weight_lb: NumberOut
    crew_size: int
    duration_hours: HoursOut
    truck_count: Annotated[int, Field(description="Of 26 feet, with room kept free")]
    person_hours: NumberOut
    distance_miles: NumberOut
    cartons: Annotated[list[CartonCountOut], Field(description="That packing takes: as listed, or by the usual mix")]
    factors: list[FactorOut]


class SignedEstimateOut(EstimateOut):
    """An estimate that a search takes back: with `token` nobody changes a figure on the way."""

    token: Annotated[str, Field(description="The estimate and what it was asked for, signed.")]
    expires_at: Annotated[datetime, Field(description="Until when a search takes it.")]


class ToldHoursIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    p50: Annotated[ExactDecimal, Field(gt=0)]
    p90: Annotated[ExactDecimal, Field(gt=0)]


class ToldEstimateIn(BaseModel):
    """The answer of POST /v1/estimates, sent back as it came. `token` alone is enough; a figure that is sent beside it
    and is another than the one estimated is refused.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    token: Annotated[str, Field(min_length=1, max_length=16_384)]
    volume_cuft: Annotated[ExactDecimal, Field(gt=0)] | None = None
    weight_lb: Annotated[ExactDecimal, Field(ge=0)] | None = None
    crew_size: Annotated[int, Field(ge=1)] | None = None
    duration_hours: ToldHoursIn | None = None

    def figures(self) -> dict[str, Decimal]:
        """What is told, by its pointer in the estimate."""
        hours = self.duration_hours
        told: dict[str, Decimal | None] = {
            "/volume_cuft": self.volume_cuft,
            "/weight_lb": self.weight_lb,
            "/crew_size": None if self.crew_size is None else Decimal(self.crew_size),
            "/duration_hours/p50": None if hours is None else hours.p50,
            "/duration_hours/p90": None if hours is None else hours.p90,
        }
        return {pointer: figure for pointer, figure in told.items() if figure is not None}


def estimate_out(estimate: Estimate, distance_miles: Decimal) -> EstimateOut:
    return EstimateOut(
        volume_cuft=estimate.volume_cuft,
        weight_lb=estimate.weight_lb,
        crew_size=estimate.crew_size,
        duration_hours=HoursOut.model_validate(estimate.duration_hours),
        truck_count=estimate.truck_count,
        person_hours=estimate.person_hours,
        distance_miles=distance_miles,
        cartons=[CartonCountOut.model_validate(carton) for carton in estimate.cartons],
        factors=[FactorOut.model_validate(factor) for factor in estimate.factors],
    )


class InventoryItemOut(BaseModel):
    """A thing that can be moved."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: str
    name: str
    volume_cuft: NumberOut
    weight_lb: NumberOut
    categories: list[str]
    disassembly_minutes: int
    is_special: Annotated[bool, Field(description="Needs its own crew or gear")]
    must_weigh: Annotated[bool, Field(description="The weight is a guess: weigh it")]


def item_out(item: Item) -> InventoryItemOut:
    return InventoryItemOut.model_validate(item)
