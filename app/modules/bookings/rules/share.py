"""How much of one company customers may have who are known by an e-mail address alone. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from app.modules.bookings.errors import PhoneNotProven

# Before a job and after it: thirty days of working days of fourteen hours (49 CFR 395.3) are a company's time.
SHARED_AROUND: Final = timedelta(days=15)
HOURS_OF_A_TRUCK: Final = 30 * 14
ALL: Final = 100


class Share(NamedTuple):
    """Truck-hours that a customer has of a company already, and all who have proved no number together; and how many
    trucks it has.
    """

    hours: float
    together: float
    trucks: int


class MostUnproven(NamedTuple):
    """Of a company's time, in percent."""

    of_each: int
    together: int


def check_share(share: Share | None, asked: timedelta, trucks: int, most: MostUnproven) -> None:
    """Whether a job so long with so many trucks still fits into the share of whoever has proved no phone number, and
    into that of all of them together; None: they have.

    Raises: PhoneNotProven (409), with the hours that are the most and those that are had of them.
    """
    if share is None:
        return
    hours = asked / timedelta(hours=1) * trucks
    for had, percent in ((share.hours, most.of_each), (share.together, most.together)):
        most_hours = share.trucks * HOURS_OF_A_TRUCK * percent / ALL
        if percent != ALL and had + hours > most_hours:
            raise PhoneNotProven(most_hours=round(most_hours, 2), held_hours=round(had, 2))
