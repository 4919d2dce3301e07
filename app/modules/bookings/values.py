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


class DayStep(StrEnum):
    """What a crew reports from the road, as a command."""

    ARRIVE = "arrive"
    LOAD = "load"
    DEPART = "depart"
    UNLOAD = "unload"
    NO_SHOW = "no-show"

    @property
    def leads_to(self) -> BookingStatus:
        return _LEADS_TO[self]


_LEADS_TO = {
    DayStep.ARRIVE: BookingStatus.ARRIVED,
    DayStep.LOAD: BookingStatus.LOADING,
    DayStep.DEPART: BookingStatus.IN_TRANSIT,
    DayStep.UNLOAD: BookingStatus.UNLOADING,
    DayStep.NO_SHOW: BookingStatus.NO_SHOW,
}
