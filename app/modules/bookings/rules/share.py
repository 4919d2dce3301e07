"""How much of one company a customer may have who is known by an e-mail address alone. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from app.modules.bookings.errors import PhoneNotProven

# Before a job and after it: thirty days of working days of fourteen hours (49 CFR 395.3) are a company's time.
SHARED_AROUND: Final = timedelta(days=15)
HOURS_OF_A_TRUCK: Final = 30 * 14
ALL: Final = 100


class Share(NamedTuple):
    """Truck-hours that a customer has of a company already, and how many trucks it has."""

    hours: float
    trucks: int


def check_share(share: Share | None, asked: timedelta, trucks: int, most_percent: int) -> None:
    """Whether a job so long with so many trucks still fits into the share of whoever has proved no phone number; None:
    they have.

    Raises: PhoneNotProven (409), with the hours that are the most and those that they have.
    """
    if share is None or most_percent == ALL:
        return
    most = share.trucks * HOURS_OF_A_TRUCK * most_percent / ALL
    if share.hours + asked / timedelta(hours=1) * trucks > most:
        raise PhoneNotProven(most_hours=round(most, 2), held_hours=round(share.hours, 2))
