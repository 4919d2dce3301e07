from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.patch import Patch
from app.kernel.text import Text60
from app.modules.fleet.values import EquipmentKind

Stock = Annotated[int, Field(strict=True, ge=0, le=1_000_000, examples=[240])]


class EquipmentIn(BaseModel):
    """What goes along on a truck, and how many of it there are."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[Text60, Field(examples=["Furniture pads, 72 by 80"])]
    kind: EquipmentKind
    stock: Stock
    branch_id: UUID | None = None


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
    branch_id: UUID | None
    retired_at: datetime | None
    version: int
