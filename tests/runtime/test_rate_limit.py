from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.kernel.errors import TooManyRequests
from app.runtime.cache import Breaker, CacheAway, connect
from app.runtime.rate_limit import Limit, LocalLimits, RateLimiter
from app.runtime.settings import RedisSettings, Settings

SLOW_MACHINE = RedisSettings(socket_timeout_seconds=10, wait_seconds=30)


class Hand:
    """A monotonic clock that moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def limiter(settings: Settings) -> AsyncIterator[RateLimiter]:
    made = RateLimiter(connect(settings.redis_url, SLOW_MACHINE), Breaker(SLOW_MACHINE))
    yield made
    await made.close()


@pytest.mark.integration
class TestWithRedis:
    async def test_of_a_thousand_at_once_exactly_as_many_pass_as_may(self, limiter: RateLimiter):
        limit = limiter.limit("exact", uuid4().hex, 100, 3_600)
        verdicts = await asyncio.gather(*(limiter.take([limit]) for _ in range(1_000)))
        assert sum(verdict.passes for verdict in verdicts) == 100

    async def test_of_two_limits_the_tighter_counts_and_a_refusal_costs_neither(self, limiter: RateLimiter):
        wide, tight = limiter.limit("wide", uuid4().hex, 10, 3_600), limiter.limit("tight", uuid4().hex, 2, 3_600)
        assert [(await limiter.take([wide, tight])).passes for _ in range(4)] == [True, True, False, False]
        assert sum([(await limiter.take([wide])).passes for _ in range(12)]) == 8

    async def test_a_refusal_says_how_long(self, limiter: RateLimiter):
        limit = limiter.limit("told", uuid4().hex, 1, 60)
        first = await limiter.require([limit])
        assert first.headers()["RateLimit-Policy"] == '"told";q=1;w=60'
        with pytest.raises(TooManyRequests) as refused:
            await limiter.require([limit])
        assert 55 <= int(refused.value.headers["Retry-After"]) <= 60


@pytest.mark.integration
class TestWithoutRedis:
    async def test_limits_hold_in_the_process_and_the_breaker_opens(self):
        away = connect(SecretStr("redis://127.0.0.1:1/0"), RedisSettings())
        limiter = RateLimiter(away, Breaker(RedisSettings()))
        limit = limiter.limit("alone", "me", 5, 3_600)
        assert [(await limiter.take([limit])).passes for _ in range(8)] == [True] * 5 + [False] * 3
        assert limiter.is_degraded
        await limiter.close()


@pytest.mark.unit
class TestLocalLimits:
    def test_a_place_comes_free_with_time(self):
        hand = Hand()
        local, limit = LocalLimits(hand), Limit("x", "me", 2, 60)
        assert [local.take([limit]).passes for _ in range(3)] == [True, True, False]
        hand.seconds += 30
        assert [local.take([limit]).passes for _ in range(2)] == [True, False]

    def test_one_does_not_spend_the_others(self):
        local = LocalLimits(Hand())
        assert local.take([Limit("x", "me", 1, 60)]).passes
        assert local.take([Limit("x", "you", 1, 60)]).passes


@pytest.mark.unit
class TestBreaker:
    async def test_it_opens_after_failures_in_a_row_and_closes_by_itself(self):
        hand = Hand()
        breaker = Breaker(RedisSettings(breaker_failures=2, breaker_open_seconds=1), hand)

        async def fails() -> None:
            raise ConnectionRefusedError

        async def works() -> str:
            return "yes"

        for _ in range(2):
            with pytest.raises(CacheAway):
                await breaker.call(fails)
        assert breaker.is_open
        with pytest.raises(CacheAway):
            await breaker.call(works)
        hand.seconds += 1.1
        assert await breaker.call(works) == "yes"
        assert not breaker.is_open
