"""A limit, and what it says of a request."""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """`requests` per `seconds` for one `subject` (an address, a caller, a recipient) in one `name`d class.

    `is_kept`: it guards a door, so without Redis it is counted in PostgreSQL, for all processes together.
    """

    name: str
    subject: str
    requests: int
    seconds: int
    is_kept: bool = False

    @property
    def key(self) -> str:
        return f"rl:{self.name}:{self.subject}"

    @property
    def emission(self) -> float:
        return self.seconds / self.requests

    @property
    def policy(self) -> str:
        return f'"{self.name}";q={self.requests};w={self.seconds}'


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request passes; of the tightest limit: how many remain, and after how many seconds it is whole.

    Of a refused request `seconds` is the time until the next one passes.
    """

    passes: bool
    limit: Limit
    remaining: int
    seconds: float

    @property
    def wait(self) -> int:
        return max(1, math.ceil(self.seconds))

    def retry_after(self) -> dict[str, str]:
        """The wait, and up to a tenth more: whoever was refused together shall not come back together."""
        return {"Retry-After": str(self.wait + secrets.randbelow(1 + self.wait // 10))}


def headers_of(verdicts: Sequence[Verdict]) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit`, an entry a limit that the request was counted against."""
    return {
        "RateLimit-Policy": ", ".join(verdict.limit.policy for verdict in verdicts),
        "RateLimit": ", ".join(f'"{one.limit.name}";r={one.remaining};t={one.wait}' for one in verdicts),
    }
