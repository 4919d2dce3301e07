from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.modules.bookings.schemas.shapes import LinkedOut
from app.modules.bookings.values import BookingStatus


class TrackingLinkOut(BaseModel):
    """`url` is null while there is nothing to follow: before the confirmation, and after a cancellation."""

    model_config = ConfigDict(from_attributes=True)

    url: str | None
    expires_at: datetime


class TrackedStepOut(BaseModel):
    status: BookingStatus
    at: datetime


class TrackOut(LinkedOut):
    """A move as its family may see it, and whoever they hand the link to."""

    steps: list[TrackedStepOut]
