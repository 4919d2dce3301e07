"""One-time codes: what a challenge's code is, and when another may be sent. Pure."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.errors import TooManyRequests
from app.kernel.signing import Signer

DIGITS: Final = 6
HOUR: Final = timedelta(hours=1)
_PURPOSE: Final = "otp"


def code_of(pepper: Signer, challenge_id: UUID, salt: bytes) -> str:
    """The six digits of a challenge. Whoever holds the database but not the pepper cannot tell them."""
    derived = pepper.derive(_PURPOSE, challenge_id.bytes, salt)
    return f"{int.from_bytes(derived) % 10**DIGITS:0{DIGITS}d}"


def is_code(code: str, pepper: Signer, challenge_id: UUID, salt: bytes) -> bool:
    return hmac.compare_digest(code.encode(), code_of(pepper, challenge_id, salt).encode())


@dataclass(frozen=True, slots=True)
class Sendings:
    """The codes of the last hour to one recipient, or asked for from one network address."""

    count: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def wait_for_hour(sendings: Sendings, most: int, now: datetime) -> timedelta:
    """How long until there may be another with at most `most` in any hour; nothing or less: now."""
    if sendings.first_at is None or sendings.count < most:
        return timedelta(0)
    return sendings.first_at + HOUR - now


def wait_for_tomorrow(now: datetime) -> timedelta:
    """How long until the next day begins (UTC)."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now


def wait_for_resend(sendings: Sendings, pause: timedelta, now: datetime) -> timedelta:
    """How long until `pause` has passed since the last one; nothing or less: now."""
    return timedelta(0) if sendings.last_at is None else sendings.last_at + pause - now


def whole_seconds(wait: timedelta) -> int:
    return math.ceil(wait.total_seconds())


def too_many(wait: timedelta) -> TooManyRequests:
    return TooManyRequests("Codes are sent only so often.", headers={"Retry-After": str(whole_seconds(wait))})


def nearly(most: int) -> int:
    """Of how many that may be sent somebody should know that it is nearly all of them: four of five."""
    return most * 4 // 5
