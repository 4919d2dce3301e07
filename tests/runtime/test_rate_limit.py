from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app import registry
from app.runtime.cache import Breaker, CacheAway, connect
from app.runtime.db.constraints import DatabaseUnavailable
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.rate_limit.kept import KeptLimits
from app.runtime.rate_limit.limiter import RateLimiter
from app.runtime.rate_limit.limits import Limit, headers_of
from app.runtime.rate_limit.local import LocalLimits
from app.runtime.settings import RedisSettings, Settings

SLOW_MACHINE = RedisSettings(socket_timeout_seconds=10, wait_seconds=30)


class Hand:
    """A monotonic clock that moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def limiter(settings: Settings, app_database: Database) -> AsyncIterator[RateLimiter]:
    made = RateLimiter(connect(settings.redis_url, SLOW_MACHINE), Breaker(SLOW_MACHINE), KeptLimits(app_database))
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

    async def test_an_answer_tells_the_tightest_and_a_refusal_how_long(self, limiter: RateLimiter):
        wide, tight = limiter.limit("wide", uuid4().hex, 10, 60), limiter.limit("told", uuid4().hex, 2, 60)
        first = await limiter.take([wide, tight])
        assert headers_of([first]) == {"RateLimit-Policy": '"told";q=2;w=60', "RateLimit": '"told";r=1;t=30'}
        await limiter.take([wide, tight])
        refused = await limiter.take([wide, tight])
        assert refused.limit is tight
        assert refused.wait <= int(refused.retry_after()["Retry-After"]) <= refused.wait * 1.1


@asynccontextmanager
async def without_redis(database: Database) -> AsyncIterator[RateLimiter]:
    away = connect(SecretStr("redis://127.0.0.1:1/0"), RedisSettings())
    limiter = RateLimiter(away, Breaker(RedisSettings()), KeptLimits(database))
    yield limiter
    await limiter.close()


@pytest.mark.integration
class TestWithoutRedis:
    async def test_general_limits_hold_in_the_process_and_the_breaker_opens(self, app_database: Database):
        async with without_redis(app_database) as limiter:
            limit = limiter.limit("alone", "me", 5, 3_600)
            assert [(await limiter.take([limit])).passes for _ in range(8)] == [True] * 5 + [False] * 3
            assert await limiter.is_degraded()

    async def test_of_a_crowd_at_a_door_exactly_as_many_pass_as_may_whichever_process_they_ask(
        self, app_database: Database
    ):
        async with without_redis(app_database) as one, without_redis(app_database) as other:
            subject = uuid4().hex
            narrow, wide = one.door("door", subject, 20, 3_600), one.door("wide", subject, 1_000, 3_600)
            asked = [limiter.take([narrow, wide]) for limiter in (one, other) for _ in range(60)]
            verdicts = await asyncio.gather(*asked)
            assert sum(verdict.passes for verdict in verdicts) == 20
            assert {verdict.limit for verdict in verdicts} == {narrow}
            assert (await other.take([wide])).remaining == 1_000 - 21, "a refusal costs neither"

    async def test_a_door_opens_again_with_time(self, app_database: Database):
        async with without_redis(app_database) as limiter:
            limit = limiter.door("door", uuid4().hex, 1, 1)
            assert [(await limiter.take([limit])).passes for _ in range(2)] == [True, False]
            await asyncio.sleep(1.1)
            assert (await limiter.take([limit])).passes

    async def test_with_neither_store_a_door_stays_shut(self, settings: Settings):
        gone = create_engine(
            SecretStr("postgresql://movehub_app@127.0.0.1:1/none"), settings.db, application_name="none"
        )
        async with without_redis(Database(gone, registry.error_map())) as limiter:
            with pytest.raises(DatabaseUnavailable):
                await limiter.take([limiter.door("door", "me", 5, 60)])
        await gone.dispose()


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
