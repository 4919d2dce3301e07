"""The queue as a Redis stream with one consumer group: for one machine or one small installation.

What is acknowledged is deleted, so the stream's length is what is left to do. What has been handed out too
often, or cannot be read, moves to the stream `<name>:dead` with its reason and stays there for two weeks. Redis
promises nothing across a flush or a lost disk: the row in the outbox stays the record of what happened.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from math import ceil
from typing import Any, Final, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from app.adapters.queues.redis_scripts import BURY, EXTEND, REDRIVE, RELEASE
from app.kernel.ports.queues import Delivery, Depth, Message, QueueUnavailable

GROUP: Final = "workers"
COMMAND_TIMEOUT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 5.0
DEAD_RETENTION_MS: Final = 14 * 24 * 3600 * 1000
TOO_MANY_RECEIVES: Final = "too_many_receives"
UNREADABLE: Final = "unreadable"
_ENVELOPE: Final = TypeAdapter(Message)

Answer = TypeVar("Answer")


class _Entry(NamedTuple):
    """An entry of the stream in our hands."""

    receipt: str
    fields: dict[bytes, bytes]
    receives: int


class RedisStreamQueue:
    """`consumer` names this process; no other uses the name at the same time.

    Unacknowledged messages come back after `visibility_seconds`, and are handed out `most_receives` times in
    all. A released message waits for the next `receive`; its delay is cut to the visibility time.
    """

    def __init__(
        self, url: str, *, stream: str, consumer: str, visibility_seconds: float = 30, most_receives: int = 5
    ) -> None:
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=COMMAND_TIMEOUT_SECONDS,
            # A blocking read is silent while it waits; every call has its own deadline, see _answering.
            socket_timeout=LONGEST_WAIT_SECONDS + COMMAND_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._stream = stream
        self._dead = f"{stream}:dead"
        self._consumer = consumer
        self._visibility_ms = int(visibility_seconds * 1000)
        self._most_receives = most_receives
        self._reclaim_from = "0-0"
        self._bury = self._redis.register_script(BURY)
        self._release = self._redis.register_script(RELEASE)
        self._extend = self._redis.register_script(EXTEND)
        self._redrive = self._redis.register_script(REDRIVE)

    async def publish(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        async with _answering():
            pipeline = self._redis.pipeline(transaction=False)
            for message in messages:
                pipeline.xadd(self._stream, {"body": _ENVELOPE.dump_json(message)})
            await pipeline.execute()

    async def receive(self, *, most: int, wait_seconds: float) -> list[Delivery]:
        # At most half of a batch is old failures: the rest keeps flowing past a poisoned message.
        entries = await self._with_group(lambda: self._reclaim(ceil(most / 2)))
        room = most - len(entries)
        if room > 0:
            wait = 0.0 if entries else min(wait_seconds, LONGEST_WAIT_SECONDS)
            entries += await self._with_group(lambda: self._read_new(room, wait))
        return [delivery for entry in entries if (delivery := await self._open(entry)) is not None]

    async def extend(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            async with _answering():
                await self._extend(keys=[self._stream], args=self._hold(delivery.receipt, delivery.receives))

    async def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries:
            return
        receipts = [delivery.receipt for delivery in deliveries]
        async with _answering():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.xack(self._stream, GROUP, *receipts)
            pipeline.xdel(self._stream, *receipts)
            await pipeline.execute()

    async def release(self, delivery: Delivery, *, reason: str, delay_seconds: float = 0) -> None:
        if delivery.receives >= self._most_receives:
            await self.bury(delivery, reason=reason)
            return
        idle_ms = max(0, self._visibility_ms - int(delay_seconds * 1000))
        hold = self._hold(delivery.receipt, delivery.receives)
        async with _answering():
            await self._release(keys=[self._stream], args=[*hold, idle_ms])

    async def bury(self, delivery: Delivery, *, reason: str) -> None:
        await self._set_aside(delivery.receipt, delivery.receives, reason)

    async def redrive(self, *, most: int) -> int:
        async with _answering():
            moved: int = await self._redrive(keys=[self._stream, self._dead], args=[most])
        return moved

    async def depth(self) -> Depth:
        return await self._with_group(self._count)

    async def close(self) -> None:
        """Leave the group, unless messages are still in our hands, and hang up."""
        # Its name left behind in the group is harmless; a stop is not held up by a Redis that is away.
        with suppress(QueueUnavailable):
            await self._with_group(self._leave)
        await self._redis.aclose()

    async def _reclaim(self, most: int) -> list[_Entry]:
        async with _answering():
            cursor, claimed, _deleted = await self._redis.xautoclaim(
                self._stream, GROUP, self._consumer, self._visibility_ms, self._reclaim_from, count=most
            )
            self._reclaim_from = cursor.decode()
            if not claimed:
                return []
            pipeline = self._redis.pipeline(transaction=False)
            for receipt, _fields in claimed:
                pipeline.xpending_range(self._stream, GROUP, min=receipt, max=receipt, count=1)
            pending = await pipeline.execute()
        return [
            _Entry(receipt.decode(), fields, found[0]["times_delivered"])
            for (receipt, fields), found in zip(claimed, pending, strict=True)
            if found
        ]

    async def _read_new(self, most: int, wait_seconds: float) -> list[_Entry]:
        # To Redis, BLOCK 0 is "for ever"; no BLOCK is "not at all".
        block_ms = int(wait_seconds * 1000) or None
        async with _answering(wait_seconds):
            streams: Any = await self._redis.xreadgroup(
                GROUP, self._consumer, {self._stream: ">"}, count=most, block=block_ms
            )
        return [_Entry(receipt.decode(), fields, 1) for _name, entries in streams for receipt, fields in entries]

    async def _open(self, entry: _Entry) -> Delivery | None:
        if entry.receives > self._most_receives:
            await self._set_aside(entry.receipt, entry.receives, TOO_MANY_RECEIVES)
            return None
        try:
            message = _ENVELOPE.validate_json(entry.fields.get(b"body", b""))
        except ValidationError:
            await self._set_aside(entry.receipt, entry.receives, UNREADABLE)
            return None
        return Delivery(message, entry.receipt, entry.receives)

    async def _set_aside(self, receipt: str, receives: int, reason: str) -> None:
        async with _answering():
            await self._bury(
                keys=[self._stream, self._dead],
                args=[*self._hold(receipt, receives), reason, DEAD_RETENTION_MS],
            )

    def _hold(self, receipt: str, receives: int) -> list[str | int]:
        return [GROUP, self._consumer, receipt, receives]

    async def _count(self) -> Depth:
        async with _answering():
            pipeline = self._redis.pipeline(transaction=True)
            pipeline.xlen(self._stream)
            pipeline.xpending(self._stream, GROUP)
            pipeline.xlen(self._dead)
            left, pending, dead = await pipeline.execute()
        in_flight = pending["pending"]
        return Depth(waiting=max(0, left - in_flight), in_flight=in_flight, dead=dead)

    async def _leave(self) -> None:
        async with _answering():
            held = await self._redis.xpending_range(
                self._stream, GROUP, min="-", max="+", count=1, consumername=self._consumer
            )
            if not held:
                await self._redis.xgroup_delconsumer(self._stream, GROUP, self._consumer)

    async def _with_group(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Make the group when it is not there: at the first start, and after Redis was flushed."""
        try:
            return await call()
        except QueueUnavailable as error:
            if not str(error.__cause__).startswith("NOGROUP"):
                raise
        await self._make_group()
        return await call()

    async def _make_group(self) -> None:
        async with _answering():
            try:
                await self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                # Another process was quicker.
                if not str(error).startswith("BUSYGROUP"):
                    raise


@asynccontextmanager
async def _answering(wait_seconds: float = 0.0) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(wait_seconds + COMMAND_TIMEOUT_SECONDS):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        raise QueueUnavailable(type(error).__name__) from error
