"""Rate limits: GCRA, one Lua script and one round trip for all the limits of a request.

A limit of n in a period lets n pass at once and then one every period/n: exact under any parallelism, because
Redis runs the script alone and uses its own clock. With Redis away the same arithmetic runs in this process
(decision 0005): reads go on, and no limit is lifted.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from app.kernel.errors import TooManyRequests
from app.runtime.cache import Breaker, CacheAway

MOST_LOCAL_KEYS: Final = 100_000

SCRIPT: Final = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local answer = {}
for i, key in ipairs(KEYS) do
    local emission, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
    local tat = math.max(tonumber(redis.call('GET', key) or at), at)
    local allow_at = tat + emission - emission * burst
    if allow_at > at + 0.000001 then
        return {0, i, tostring(allow_at - at), '0'}
    end
    answer[i] = tat + emission
end
local left, reset = nil, 0
for i, key in ipairs(KEYS) do
    local emission, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
    redis.call('SET', key, string.format('%.6f', answer[i]), 'PX', math.ceil((answer[i] - at) * 1000) + 1)
    local remaining = math.floor((at - (answer[i] - emission * burst)) / emission + 0.000001)
    if left == nil or remaining < left then left = remaining; reset = answer[i] - at end
end
return {1, 0, tostring(reset), tostring(left)}
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """`requests` per `seconds` for one `subject` (an address, a caller, a recipient) in one `name`d class."""

    name: str
    subject: str
    requests: int
    seconds: int

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
    """Whether a request passes; how many remain of the tightest limit, and after how many seconds it is whole."""

    passes: bool
    limit: Limit
    remaining: int
    seconds: float

    def headers(self) -> dict[str, str]:
        wait = max(1, math.ceil(self.seconds))
        headers = {
            "RateLimit-Policy": self.limit.policy,
            "RateLimit": f'"{self.limit.name}";r={self.remaining};t={wait}',
        }
        return headers if self.passes else headers | {"Retry-After": str(wait)}


class RateLimiter:
    def __init__(self, redis: Redis, breaker: Breaker, *, factor: int = 1) -> None:
        self._redis = redis
        self._script = redis.register_script(SCRIPT)
        self._breaker = breaker
        self._factor = factor
        self._local = LocalLimits()

    def limit(self, name: str, subject: str, requests: int, seconds: int) -> Limit:
        return Limit(name, subject, requests * self._factor, seconds)

    async def close(self) -> None:
        await self._redis.aclose()

    @property
    def is_degraded(self) -> bool:
        """Redis is away, and the limits are this process's own."""
        return self._breaker.is_open

    async def take(self, limits: Sequence[Limit]) -> Verdict:
        """Count one request against all limits: all of them, or, when one is spent, none."""
        keys = [limit.key for limit in limits]
        numbers = [number for limit in limits for number in (limit.emission, limit.requests)]

        async def ask() -> Any:
            return await self._script(keys=keys, args=numbers)

        try:
            passes, spent, seconds, remaining = await self._breaker.call(ask)
        except CacheAway:
            return self._local.take(limits)
        limit = limits[int(spent) - 1] if not passes else limits[0]
        return Verdict(bool(passes), limit, int(float(remaining)), float(seconds))

    async def require(self, limits: Sequence[Limit]) -> Verdict:
        """As `take`. Raises: TooManyRequests (429) with Retry-After."""
        verdict = await self.take(limits)
        if not verdict.passes:
            raise TooManyRequests(headers=verdict.headers())
        return verdict


class LocalLimits:
    """The same arithmetic in this process, for as long as Redis is away."""

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
        for limit, tat in zip(limits, arrivals, strict=True):
            self._arrivals[limit.key] = tat
        first, tat = limits[0], arrivals[0]
        remaining = math.floor((at - (tat - first.emission * first.requests)) / first.emission + 1e-6)
        return Verdict(passes=True, limit=first, remaining=remaining, seconds=tat - at)
