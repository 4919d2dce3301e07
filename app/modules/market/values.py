from __future__ import annotations

from enum import StrEnum


class QuoteStatus(StrEnum):
    """A quote is open until a booking takes it; that it has expired follows from `expires_at`."""

    OPEN = "open"
    BOOKED = "booked"
