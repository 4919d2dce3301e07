"""The catalogue as it is asked for and listed: it is short, so it comes whole."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.modules.pricing.rules import CATALOGUE
from app.modules.pricing.rules.own import OwnItem
from app.modules.pricing.rules.rule import PositiveQuantity, Refused, Whole, refusal
from app.modules.pricing.schemas.estimates import InventoryItemOut


class ItemQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(max_length=80, description="Words of the name or code")] = ""
    category: Annotated[str | None, Field(pattern="^[a-z_]{1,40}$")] = None


class InventoryOut(BaseModel):
    items: list[InventoryItemOut]


def _known(code: str) -> str:
    if code not in CATALOGUE:
        raise ValueError("is not in the catalogue: GET /v1/inventory-items lists it")
    return code


def _once(items: tuple[OwnItemIn, ...]) -> tuple[OwnItemIn, ...]:
    codes = [item.code for item in items]
    faults: list[Refused] = [
        ((index, "code"), "repeated", "Names a thing twice.")
        for index, code in enumerate(codes)
        if code in codes[:index]
    ]
    if faults:
        raise refusal(*faults)
    return items


class OwnItemIn(BaseModel):
    """A thing of the catalogue as your company knows it. What is left out is as in the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(examples=["sofa_3_seat"], max_length=60), AfterValidator(_known)]
    volume_cuft: Annotated[PositiveQuantity, Field(le=10_000, examples=["55"])] | None = None
    weight_lb: Annotated[PositiveQuantity, Field(le=100_000, examples=["260"])] | None = None
    disassembly_minutes: Annotated[Whole, Field(ge=0, le=600, examples=[10])] | None = None

    @model_validator(mode="after")
    def refuse_nothing(self) -> Self:
        if self.volume_cuft is None and self.weight_lb is None and self.disassembly_minutes is None:
            raise refusal(((), "nothing_own", "Say its volume, its weight or its minutes."))
        return self

    def to_item(self) -> OwnItem:
        return OwnItem(self.code, self.volume_cuft, self.weight_lb, self.disassembly_minutes)


class OwnItemsIn(BaseModel):
    """All things that are not as the catalogue has them; an empty list: all are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: Annotated[tuple[OwnItemIn, ...], Field(max_length=200), AfterValidator(_once)]


class OwnItemOut(BaseModel):
    """null: as in the catalogue."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: str
    volume_cuft: NumberOut | None
    weight_lb: NumberOut | None
    disassembly_minutes: int | None


class OwnItemsOut(BaseModel):
    items: list[OwnItemOut]


class RoomItemOut(BaseModel):
    """So many of a catalogue item."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: Annotated[str, Field(examples=["sofa_3_seat"])]
    quantity: int


class RoomOut(BaseModel):
    """A room and what usually stands in it: correct the list, and send it as an estimate's `items`."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    code: Annotated[str, Field(examples=["living_room"])]
    name: str
    volume_cuft: NumberOut
    items: list[RoomItemOut]


class RoomsOut(BaseModel):
    items: list[RoomOut]
