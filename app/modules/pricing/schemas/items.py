"""The catalogue as it is asked for and listed: it is short, so it comes whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.modules.pricing.schemas.estimates import InventoryItemOut, NumberOut


class ItemQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(max_length=80, description="Words of the name or code")] = ""
    category: Annotated[str | None, Field(pattern="^[a-z_]{1,40}$")] = None


class InventoryOut(BaseModel):
    items: list[InventoryItemOut]


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
