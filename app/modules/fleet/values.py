from __future__ import annotations

from enum import StrEnum


class CrewRole(StrEnum):
    DRIVER = "driver"
    HELPER = "helper"
