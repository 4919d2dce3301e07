"""What it costs to know who calls: an access token checked for the first time, and one that was seen before."""

from __future__ import annotations

from datetime import UTC, datetime
from timeit import repeat
from typing import Final

from app.kernel.ids import new_id
from app.runtime.auth.tokens import Claims, Tokens
from bench.callers import AUTH
from bench.figures import Figure

MOST_MICROSECONDS: Final = 80.0
TURNS: Final = 5
CHECKS: Final = 1_000


def measure_tokens() -> list[Figure]:
    """The best of some turns: what the machine does beside it is not the check's."""
    now = datetime.now(UTC)
    issuer = Tokens(AUTH)
    texts = [
        issuer.issue(Claims(new_id(), new_id(), "owner", new_id(), now, issuer.expiry(now))) for _ in range(CHECKS)
    ]

    def check(tokens: Tokens) -> None:
        for text in texts:
            tokens.verify(text, now)

    first = min(repeat(lambda: check(Tokens(AUTH)), number=1, repeat=TURNS))
    known = Tokens(AUTH)
    check(known)
    again = min(repeat(lambda: check(known), number=1, repeat=TURNS))
    return [
        Figure("Access token, checked for the first time", first / CHECKS * 1e6, MOST_MICROSECONDS, "µs", "< 1"),
        Figure("Access token, seen before", again / CHECKS * 1e6, MOST_MICROSECONDS, "µs", "< 0.05"),
    ]
