from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kernel.geo import Point

MOST_PHOTOS: Final = 10


class CrewRole(StrEnum):
    DRIVER = "driver"
    HELPER = "helper"


class TruckFeature(StrEnum):
    """What a truck has beside its size and a lift gate."""

    AIR_RIDE = "air_ride"
    CLIMATE_CONTROL = "climate_control"
    RAMP = "ramp"
    TIE_DOWN_RAILS = "tie_down_rails"


# Asked for as a feature is; a truck tells it by itself.
LIFT_GATE: Final = "lift_gate"


class EquipmentKind(StrEnum):
    BOX = "box"
    DOLLY = "dolly"
    LIFT = "lift"
    PAD = "pad"
    STAIR_CLIMBER = "stair_climber"
    STRAP = "strap"
    TOOL = "tool"


class Skill(StrEnum):
    """What somebody of a crew can do that not everybody can. `cdl`: holds a commercial driver's license."""

    CDL = "cdl"
    CRATING = "crating"
    FINE_ART = "fine_art"
    FORKLIFT = "forklift"
    PACKING = "packing"
    PIANO = "piano"
    SAFES = "safes"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a truck was, and when: by the clock of who told it."""

    location: Point
    recorded_at: datetime
