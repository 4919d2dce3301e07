"""The limits' arithmetic in this process, for as long as Redis is away."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from app.runtime.rate_limit.limits import Limit, Verdict

MOST_LOCAL_KEYS: Final = 100_000


class LocalLimits:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._arrivals: dict[str, float] = {}

    def take(self, limits: Sequence[Limit]) -> Verdict:
        at = self._monotonic()
        if len(self._arrivals) > MOST_LOCAL_KEYS:
            self._arrivals = {key: tat for key, tat in self._arrivals.items() if tat > at}
        arrivals: list[float] = []
        for limit in limits:
            tat = max(self._arrivals.get(limit.key, at), at)
            allow_at = tat + limit.emission - limit.emission * limit.requests
            if allow_at > at + 1e-6:
                return Verdict(passes=False, limit=limit, remaining=0, seconds=allow_at - at)
            arrivals.append(tat + limit.emission)
        verdicts = []
        for limit, tat in zip(limits, arrivals, strict=True):
            self._arrivals[limit.key] = tat
            remaining = math.floor((at - (tat - limit.emission * limit.requests)) / limit.emission + 1e-6)
            verdicts.append(Verdict(passes=True, limit=limit, remaining=remaining, seconds=tat - at))
        return min(verdicts, key=lambda verdict: verdict.remaining)
