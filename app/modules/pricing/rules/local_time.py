"""The wall clock at the pickup."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def local_start(starts_at: datetime, zone: str) -> datetime:
    """The wall time of an instant in an IANA zone, without the zone: what days and hours are read from.

    Across a change of the clocks it jumps as the clock does; both readings of a repeated hour are the same.
    """
    return starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
