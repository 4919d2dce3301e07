from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.kernel.text import Note500
from app.modules.bookings.schemas.shapes import Strict


class DoorOut(BaseModel):
    """`code` is for the crew at this door, and null once it was given or is not asked any more."""

    model_config = ConfigDict(from_attributes=True)

    code: str | None
    attempts_left: int
    given_at: datetime | None


class DoorCodesOut(BaseModel):
    """Null where the company asks for none, and before the booking is confirmed."""

    pickup: DoorOut | None
    delivery: DoorOut | None


class WaiveIn(Strict):
    reason: Note500
