"""The catalogue as it is asked for and listed: it is short, so it comes whole."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.modules.pricing.schemas.estimates import InventoryItemOut


class ItemQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[str, Field(max_length=80, description="Words of the name or code")] = ""
    category: Annotated[str | None, Field(pattern="^[a-z_]{1,40}$")] = None


class InventoryOut(BaseModel):
    items: list[InventoryItemOut]
