from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Channel(StrEnum):
    """How a one-time code travels."""

    SMS = "sms"
    EMAIL = "email"


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    """Who a customer is, as far as they have told; at least one of `phone` and `email` is there, until an erasure."""

    id: UUID
    phone: str | None
    email: str | None
    full_name: str | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TextsOfDay:
    """The codes of a day (UTC) by text message, how many may go, and the dial prefixes that most went to."""

    day: date
    sent: int
    most: int
    prefixes: Mapping[str, int]
