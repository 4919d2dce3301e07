"""What other prices would have made of past bookings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.money import MoneyOut
from app.modules.pricing.public import Unpriced


class EffectQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Annotated[UUID | None, Field(description="The id of a version. Left out: the one in force.")] = None
    limit: Annotated[int, Field(ge=1, le=200, description="Of the bookings that are listed.")] = 50


class ComparedOut(BaseModel):
    """One booking by both versions. Without a price, `not_priced` says why."""

    booking_id: UUID
    reference: str
    starts_at: datetime
    before: MoneyOut | None
    after: MoneyOut | None
    change: Annotated[MoneyOut | None, Field(description="Below zero: it would have cost less.")]
    not_priced: Unpriced | None


class EffectOut(BaseModel):
    """The latest bookings made since `since` and not called off. Prices agreed by hand are left out."""

    version_before: int
    version_after: int
    since: datetime
    compared: int
    is_capped: Annotated[bool, Field(description="There are more in the 90 days: the latest were compared.")]
    changed: Annotated[int, Field(description="Also those that only one of the versions has a price for.")]
    not_priced_before: int
    not_priced_after: int
    total_before: Annotated[MoneyOut, Field(description="Of those that both versions have a price for.")]
    total_after: MoneyOut
    change: MoneyOut
    bookings: Annotated[list[ComparedOut], Field(description="Those that changed, the largest change first.")]
