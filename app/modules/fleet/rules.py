"""Who needs a licence, and whether it still holds. All pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from app.kernel.errors import Fault
from app.modules.fleet.errors import LicenseRefused
from app.modules.fleet.values import CrewRole

# UTC-12: the last clock on earth to leave a day. A licence is expired when its last day is over everywhere.
LATEST_CLOCK: Final = timedelta(hours=-12)
# A phone's clock may be so much ahead of ours.
FAST_CLOCK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class License:
    """A licence as told; null: not told. `license_expires_on` is its last day."""

    license_number: str | None
    license_class: str | None
    license_expires_on: date | None

    def fields(self) -> dict[str, object | None]:
        return {
            "license_number": self.license_number,
            "license_class": self.license_class,
            "license_expires_on": self.license_expires_on,
        }


def check_license(role: CrewRole, told: License, now: datetime) -> None:
    """Drivers have all three licence fields and a day to come; helpers have none of them.

    Raises: LicenseRefused (422) with a fault at each field that is missing, too many or past.
    """
    faults: list[Fault] = []
    for name, value in told.fields().items():
        if role is CrewRole.DRIVER and value is None:
            faults.append(Fault(f"/{name}", "required", "A driver needs this."))
        if role is not CrewRole.DRIVER and value is not None:
            faults.append(Fault(f"/{name}", "drivers_only", "Only a driver has this."))
    expires_on = told.license_expires_on
    if role is CrewRole.DRIVER and expires_on is not None and expires_on < (now + LATEST_CLOCK).date():
        faults.append(Fault("/license_expires_on", "license_expired", "This day is over: the licence has expired."))
    if faults:
        raise LicenseRefused(faults=tuple(faults))


def is_in_future(recorded_at: datetime, now: datetime) -> bool:
    """Whether an instant that a phone told lies ahead by more than phones' clocks do."""
    return recorded_at > now + FAST_CLOCK
