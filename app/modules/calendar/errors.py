from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import ClassVar, Self

from app.kernel.errors import Conflict, NotFound, Unprocessable
from app.kernel.localtime import rfc3339
from app.modules.calendar.values import MOST_ALTERNATIVES, Window


class SlotTaken(Conflict):
    """Somebody has the window; `alternatives` (at most three windows of the same company) says what is free."""

    code: ClassVar[str] = "slot_taken"
    title: ClassVar[str] = "This window was taken by somebody else."
    constraints: ClassVar[tuple[str, ...]] = ("ex_reservations_overlap",)

    alternatives: tuple[Window, ...] = ()
    # All that is free near the window, the nearest first, looked for as far as it is read: for a caller who knows
    # more than the calendar does about which of them can be offered.
    free: Iterable[Window] = ()

    def offering(self, windows: Iterable[Window]) -> Self:
        """The same refusal with the first three of these windows, and no others."""
        self.alternatives = tuple(islice(windows, MOST_ALTERNATIVES))
        self.extensions["alternatives"] = [
            {"starts_at": rfc3339(window.starts_at), "ends_at": rfc3339(window.ends_at)} for window in self.alternatives
        ]
        return self


class DayFull(SlotTaken):
    """As `slot_taken`, but it would be free: the company has sold as many jobs on that day as it takes."""

    code: ClassVar[str] = "day_full"
    title: ClassVar[str] = "The company takes no more jobs of this kind on that day."
    constraints: ClassVar[tuple[str, ...]] = ()


class TooLarge(Conflict):
    code: ClassVar[str] = "too_large"
    title: ClassVar[str] = "The company's trucks and crew together are too small for this job."


class ResourceNotFound(NotFound):
    code: ClassVar[str] = "resource_not_found"
    title: ClassVar[str] = "There is no such truck or person in your company."


class ResourceStillTaken(Conflict):
    code: ClassVar[str] = "resource_still_taken"
    title: ClassVar[str] = "It is still taken by jobs to come: give those to another first."


class TimeOffNotFound(NotFound):
    code: ClassVar[str] = "time_off_not_found"
    title: ClassVar[str] = "There is no such time off."


class WindowRefused(Unprocessable):
    code: ClassVar[str] = "window_refused"
    title: ClassVar[str] = "This window of time cannot be booked."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "window_reversed": "A window ends after it starts.",
        "window_too_short": "A window is 15 minutes long at least, and as long as the work that is to be done in it.",
        "window_too_long": "A window is not longer than 14 days.",
        "window_past": "This time is past.",
        "arrival_window_too_wide": "Whoever arrives last has less than 15 minutes for the work.",
    }
