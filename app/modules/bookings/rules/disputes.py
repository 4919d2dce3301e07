"""A customer's report that nobody came, and a company that says it did. All pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from app.modules.bookings.errors import NotDisputable
from app.modules.bookings.rules.life import Step
from app.modules.bookings.values import BookingStatus, Party

DISPUTED_WITHIN: Final = timedelta(days=14)


def check_dispute(status: BookingStatus, ended_by: Party | None, steps: Iterable[Step], now: datetime) -> None:
    """`steps`: of its history, the first first. Raises: NotDisputable (409)."""
    reported = [step.at for step in steps if step.to_status is BookingStatus.NO_SHOW]
    if status is not BookingStatus.NO_SHOW or ended_by is not Party.COMPANY or not reported:
        raise NotDisputable(until=None)
    until = reported[-1] + DISPUTED_WITHIN
    if now > until:
        raise NotDisputable(until=until.isoformat().replace("+00:00", "Z"))
