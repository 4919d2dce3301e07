from __future__ import annotations

from enum import StrEnum


class BookingStatus(StrEnum):
    """The life of a booking; what may follow what stands in `rules.TRANSITIONS`."""

    HELD = "held"
    CONFIRMED = "confirmed"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    LOADING = "loading"
    IN_TRANSIT = "in_transit"
    UNLOADING = "unloading"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    NO_SHOW = "no_show"
