"""A customer's report that nobody came, and a company that says it did. All pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from app.kernel.localtime import rfc3339
from app.modules.bookings.errors import NotDisputable
from app.modules.bookings.rules.life import Step
from app.modules.bookings.values import BookingStatus, Party

DISPUTED_WITHIN: Final = timedelta(days=14)


def disputable_until(status: BookingStatus, ended_by: Party | None, steps: Iterable[Step]) -> datetime | None:
    """Until when the company may dispute that it did not come; None: nobody says so. `steps`: of its history, the first
    first.
    """
    reported = [step.at for step in steps if step.to_status is BookingStatus.NO_SHOW]
    if status is not BookingStatus.NO_SHOW or ended_by is not Party.COMPANY or not reported:
        return None
    return reported[-1] + DISPUTED_WITHIN


def check_dispute(until: datetime | None, now: datetime) -> None:
    """Raises: NotDisputable (409)."""
    if until is None:
        raise NotDisputable("Nobody reports that your company did not come to this move.", until=None)
    if now > until:
        sentence = f"Your company could dispute this report for {DISPUTED_WITHIN.days} days, until {rfc3339(until)}."
        raise NotDisputable(sentence, until=rfc3339(until))
