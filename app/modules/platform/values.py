from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """`fee_percent` of a job's price; `four_eyes`: two of the staff approve; for `claim_minutes` a case is claimed;
    `fuel_index_price`: US dollars a gallon, for fuel tables; None: not told, and who prices by a table has no offer.
    """

    fee_percent: Decimal
    four_eyes: bool
    claim_minutes: int
    fuel_index_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class StandingSettings:
    """The settings in force, their version, and since when."""

    settings: PlatformSettings
    version: int
    updated_at: datetime
