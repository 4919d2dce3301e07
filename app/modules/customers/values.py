from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a one-time code travels."""

    SMS = "sms"
    EMAIL = "email"
