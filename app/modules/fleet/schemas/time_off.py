from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.kernel.instants import Moment


class TimeOffIn(BaseModel):
    """From when to when it cannot be taken. Without an offset: by the clock of the truck's base, or of your office."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: Moment
    ends_at: Moment


class TimeOffOut(BaseModel):
    id: UUID
    starts_at: datetime
    ends_at: datetime


class TimeOffsOut(BaseModel):
    items: list[TimeOffOut]
