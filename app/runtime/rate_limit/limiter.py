"""Rate limits: GCRA, one Lua script and one round trip for all the limits of a request.

A limit of n in a period lets n pass at once and then one every period/n: exact under any parallelism, because
Redis runs the script alone and uses its own clock. With Redis away the same arithmetic runs in PostgreSQL for the
limits of doors and in this process for all others (decision 0005): reads go on, and no limit is lifted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from redis.asyncio import Redis

from app.runtime.cache import Breaker, CacheAway
from app.runtime.rate_limit.kept import KeptLimits
from app.runtime.rate_limit.limits import Limit, Verdict
from app.runtime.rate_limit.local import LocalLimits

SCRIPT: Final = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local answer = {}
for i, key in ipairs(KEYS) do
    local emission, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
    local tat = math.max(tonumber(redis.call('GET', key) or at), at)
    local allow_at = tat + emission - emission * burst
    if allow_at > at + 0.000001 then
        return {0, i, tostring(allow_at - at), 0}
    end
    answer[i] = tat + emission
end
local tightest, left, reset = 0, nil, 0
for i, key in ipairs(KEYS) do
    local emission, burst = tonumber(ARGV[i * 2 - 1]), tonumber(ARGV[i * 2])
    redis.call('SET', key, string.format('%.6f', answer[i]), 'PX', math.ceil((answer[i] - at) * 1000) + 1)
    local remaining = math.floor((at - (answer[i] - emission * burst)) / emission + 0.000001)
    if left == nil or remaining < left then tightest = i; left = remaining; reset = answer[i] - at end
end
return {1, tightest, tostring(reset), left}
"""


class RateLimiter:
    def __init__(self, redis: Redis, breaker: Breaker, kept: KeptLimits, *, factor: int = 1) -> None:
        self._redis = redis
        self._script = redis.register_script(SCRIPT)
        self._breaker = breaker
        self._factor = factor
        self._kept = kept
        self._local = LocalLimits()

    def limit(self, name: str, subject: str, requests: int, seconds: int) -> Limit:
        return Limit(name, subject, requests * self._factor, seconds)

    def door(self, name: str, subject: str, requests: int, seconds: int) -> Limit:
        """A limit that is never this process's own."""
        return Limit(name, subject, requests * self._factor, seconds, is_kept=True)

    async def close(self) -> None:
        await self._redis.aclose()

    async def is_degraded(self) -> bool:
        """Redis is away: general limits are this process's own. Asks, unless it did not answer a moment ago."""
        try:
            await self._breaker.call(self._redis.ping)
        except CacheAway:
            return True
        return False

    async def take(self, limits: Sequence[Limit]) -> Verdict:
        """Count one request against all limits: all of them, or, when one is spent, none."""
        keys = [limit.key for limit in limits]
        numbers = [number for limit in limits for number in (limit.emission, limit.requests)]

        async def ask() -> Any:
            return await self._script(keys=keys, args=numbers)

        try:
            passes, place, seconds, remaining = await self._breaker.call(ask)
        except CacheAway:
            if any(limit.is_kept for limit in limits):
                return await self._kept.take(limits)
            return self._local.take(limits)
        return Verdict(bool(passes), limits[int(place) - 1], int(remaining), float(seconds))
