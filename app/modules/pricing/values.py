from __future__ import annotations

from enum import StrEnum


class ConfigStatus(StrEnum):
    """A price list's version: written, in force, or replaced."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"
