from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.modules.bookings.schemas.shapes import Strict
from app.modules.calendar.public import LONGEST_TURNAROUND_MINUTES


class BookingRulesIn(Strict):
    """`door_codes`: customers give the crew a code at the pickup and one at the delivery. `turnaround_minutes` lie
    between two jobs of a truck or a person, beside the drive from the last stop to the next pickup.
    """

    door_codes: bool
    turnaround_minutes: Annotated[int, Field(ge=0, le=LONGEST_TURNAROUND_MINUTES)] = 0


class BookingRulesOut(BookingRulesIn):
    """`version` 0: the company has not chosen."""

    version: int
