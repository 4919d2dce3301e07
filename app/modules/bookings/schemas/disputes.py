from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.text import Note500
from app.modules.bookings.schemas.shapes import Strict
from app.modules.bookings.values import DisputeOutcome


class DisputeIn(Strict):
    """What speaks against the report; staff read it."""

    note: Note500 = Field(examples=["The crew rang at 9:05 and waited until 10:10; photos stand with the steps."])


class DisputeOut(BaseModel):
    """`outcome`, `reason` and `decided_at` are null until staff have decided; both sides read the reason. Texts are
    null too where the customer's data was erased, once it is decided.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    booking_id: UUID
    note: str | None
    disputed_at: datetime
    outcome: DisputeOutcome | None
    reason: str | None
    decided_at: datetime | None


class NoShowDisputeStandingOut(BaseModel):
    """`disputable_until`: null where no customer reported that you did not come. `dispute`: null before you say so."""

    model_config = ConfigDict(from_attributes=True)

    disputable_until: datetime | None = Field(validation_alias="until")
    dispute: DisputeOut | None
