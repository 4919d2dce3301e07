from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.kernel.instants import Moment
from app.kernel.money import MoneyIn, MoneyOut
from app.modules.bookings.schemas.shapes import LinkedOut, Strict, WindowOut
from app.modules.market.public import ArrivalWindow
from app.modules.pricing.public import PriceOut


class PreviewIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup."""

    starts_at: Moment


class RescheduleIn(PreviewIn):
    """`expected_total`: the total that was shown for that time, so that nobody is surprised."""

    expected_total: MoneyIn


class RescheduleLinkOut(BaseModel):
    """`url` is null while it has no other time: before the confirmation, and once the truck is on its way."""

    model_config = ConfigDict(from_attributes=True)

    url: str | None
    expires_at: datetime


class ReschedulableOut(LinkedOut):
    """A move as whoever has its link may see it: no name, no street."""

    total: MoneyOut


class RescheduleOut(BaseModel):
    """A booking at another time. `alternatives` say what is free instead, when that time is not."""

    starts_at: datetime
    ends_at: datetime
    arrival_window: ArrivalWindow
    is_free: bool
    alternatives: list[WindowOut]
    price: PriceOut
    total: MoneyOut
