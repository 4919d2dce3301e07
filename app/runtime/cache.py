"""Redis: a client that never waits long, and a breaker that stops asking when it does not answer.

Redis holds nothing that may not be lost: rate limits and the queue's stream. redis-py's defaults hang for
fifteen seconds on a frozen server and retry five seconds on a refused one; both are switched off here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.runtime.settings import RedisSettings

Result = TypeVar("Result")


class CacheAway(Exception):
    """Redis did not answer, or the breaker is open."""


def connect(url: SecretStr, settings: RedisSettings) -> Redis:
    """A client of few connections: a thousand requests at once wait for one of them, they do not open a thousand."""
    pool = BlockingConnectionPool.from_url(
        url.get_secret_value(),
        max_connections=settings.most_connections,
        timeout=settings.wait_seconds,
        socket_timeout=settings.socket_timeout_seconds,
        socket_connect_timeout=settings.socket_timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        decode_responses=False,
    )
    return Redis.from_pool(pool)


class Breaker:
    """Opens after some failures in a row; while open, callers are told at once. Monotonic time, not the clock's."""

    def __init__(self, settings: RedisSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most_failures = settings.breaker_failures
        self._open_seconds = settings.breaker_open_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._monotonic() < self._open_until

    async def call(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """The result of `work`. Raises: CacheAway."""
        if self.is_open:
            raise CacheAway("the breaker is open")
        try:
            result = await work()
        except (RedisError, OSError, TimeoutError) as error:
            self._failures += 1
            if self._failures >= self._most_failures:
                self._open_until = self._monotonic() + self._open_seconds
            raise CacheAway(type(error).__name__) from error
        self._failures = 0
        return result
