from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.patch import Patch
from app.kernel.text import Text60
from app.modules.fleet.values import EquipmentKind

Stock = Annotated[int, Field(strict=True, ge=0, le=1_000_000, examples=[240])]


class EquipmentIn(BaseModel):
    """What goes along on a truck, and how many of it there are. `is_piece`: it is one thing, such as a stair climber,
    that has a calendar of its own and is taken for jobs as a truck is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Text60, Field(examples=["Furniture pads, 72 by 80"])]
    kind: EquipmentKind
    stock: Stock
    is_piece: bool = Field(default=False, strict=True)
    branch_id: UUID | None = None

    @model_validator(mode="after")
    def check_stock(self) -> Self:
        if self.is_piece and self.stock != 1:
            raise ValueError("a piece is one: its stock is 1")
        return self


class EquipmentPatch(Patch):
    """`stock` is counted anew: it is what there is, not what came or went."""

    clearable = frozenset({"branch_id"})

    name: Text60 | None = None
    stock: Stock | None = None
    branch_id: UUID | None = None


class EquipmentOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: EquipmentKind
    stock: int
    is_piece: bool
    branch_id: UUID | None
    retired_at: datetime | None
    version: int
