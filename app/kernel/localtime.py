"""From what people write as a time to an instant and back, in one place only.

A time with an offset is an instant as it stands. A wall time without one is read by the clock of the place: in
spring an hour does not exist and is refused with its neighbours, in autumn an hour comes twice and is refused
until an offset says which. (Python and PostgreSQL disagree by an hour about the second kind.)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from app.kernel.errors import Fault, Unprocessable


class LocalTimeRefused(Unprocessable):
    code: ClassVar[str] = "local_time_refused"
    title: ClassVar[str] = "This wall time does not name one instant at this place."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "local_time_missing": "The clock of this place jumps over this hour.",
        "local_time_ambiguous": "This hour comes twice at this place: say which by its offset.",
    }


def to_instant(moment: datetime, zone_name: str, *, pointer: str) -> datetime:
    """The instant in UTC. `zone_name` is the IANA zone of the place.

    Raises: LocalTimeRefused (422) with the fault's pointer, for a wall time that does not exist or comes twice.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    zone = ZoneInfo(zone_name)
    first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    # An hour that exists comes back from UTC as it was; one that does not, comes back moved.
    if first.astimezone(zone).replace(tzinfo=None) != moment:
        gap = abs(first - second)
        before, after = (moment - gap).isoformat(), (moment + gap).isoformat()
        sentence = f"does not exist in {zone_name}: the clock jumps over it; {before} and {after} do"
        raise LocalTimeRefused(sentence, faults=(Fault(pointer, "local_time_missing", sentence),))
    readings = " or ".join(_with_offset(instant, zone) for instant in sorted((first, second)))
    sentence = f"comes twice in {zone_name}: write {readings}"
    raise LocalTimeRefused(sentence, faults=(Fault(pointer, "local_time_ambiguous", sentence),))


def local_words(instant: datetime, zone_name: str) -> str:
    """The wall time at a place and its zone, for people: 2027-03-08 09:15 PST (America/Los_Angeles). Of an hour that
    comes twice it says which.
    """
    return f"{instant.astimezone(ZoneInfo(zone_name)):%Y-%m-%d %H:%M %Z} ({zone_name})"


def rfc3339(instant: datetime) -> str:
    """For programs, where no schema writes it: 2027-03-08T17:15:00Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _with_offset(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()
