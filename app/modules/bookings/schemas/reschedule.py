from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from app.kernel.instants import Moment
from app.kernel.money import MoneyIn, MoneyOut
from app.modules.bookings.schemas.shapes import Strict, WindowOut
from app.modules.pricing.public import PriceOut


class PreviewIn(Strict):
    """RFC 3339 with an offset; without one it is the wall time at the pickup."""

    starts_at: Moment


class RescheduleIn(PreviewIn):
    """`expected_total`: the total that was shown for that time, so that nobody is surprised."""

    expected_total: MoneyIn


class RescheduleOut(BaseModel):
    """A booking at another time. `alternatives` say what is free instead, when that time is not."""

    starts_at: datetime
    ends_at: datetime
    is_free: bool
    alternatives: list[WindowOut]
    price: PriceOut
    total: MoneyOut
