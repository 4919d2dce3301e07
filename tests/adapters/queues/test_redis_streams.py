"""The queue on a real Redis. Time is not waited for: what must have passed is told by a second consumer's patience."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from app.adapters.queues.redis_streams import RedisStreamQueue
from app.kernel.ids import new_id
from app.kernel.ports.queues import Delivery, Depth, Message, QueueUnavailable

pytestmark = pytest.mark.integration

PATIENT = 3600.0
IMPATIENT = 0.0

MakeQueue = Callable[..., RedisStreamQueue]


def a_message(number: int = 0) -> Message:
    return Message(
        id=new_id(),
        name="booking.confirmed",
        version=1,
        payload={"booking_id": str(new_id()), "number": number},
        created_at=datetime(2026, 11, 21, 17, 0, tzinfo=UTC),
        org_id=new_id(),
        trace="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )


@pytest.fixture
def stream() -> str:
    return f"test:{new_id()}"


@pytest_asyncio.fixture
async def redis(stream: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(os.environ["REDIS_URL"])
    yield client
    await client.delete(stream, f"{stream}:dead")
    await client.aclose()


@pytest_asyncio.fixture
async def make_queue(stream: str, redis: Redis) -> AsyncIterator[MakeQueue]:
    numbers = count(1)
    async with AsyncExitStack() as stack:

        def make(**changes: Any) -> RedisStreamQueue:
            settings: dict[str, Any] = {
                "stream": stream,
                "consumer": f"consumer-{next(numbers)}",
                "visibility_seconds": PATIENT,
            }
            queue = RedisStreamQueue(os.environ["REDIS_URL"], **(settings | changes))
            stack.push_async_callback(queue.close)
            return queue

        yield make


async def dead_letters(redis: Redis, stream: str) -> list[dict[bytes, bytes]]:
    entries: Any = await redis.xrange(f"{stream}:dead")
    return [fields for _, fields in entries]


async def receive_all(queue: RedisStreamQueue, most: int = 100) -> list[Delivery]:
    return await queue.receive(most=most, wait_seconds=0)


class TestReceive:
    async def test_messages_arrive_whole_and_in_order(self, make_queue: MakeQueue) -> None:
        queue = make_queue()
        sent = [a_message(number) for number in range(3)]
        await queue.publish(sent)
        deliveries = await receive_all(queue)
        assert [delivery.message for delivery in deliveries] == sent
        assert [delivery.receives for delivery in deliveries] == [1, 1, 1]
        assert await queue.depth() == Depth(waiting=0, in_flight=3, dead=0)

    async def test_an_empty_queue_answers_after_the_wait(self, make_queue: MakeQueue) -> None:
        assert await make_queue().receive(most=10, wait_seconds=0.01) == []

    async def test_two_consumers_never_hold_the_same_message(self, make_queue: MakeQueue) -> None:
        first, second = make_queue(), make_queue()
        sent = [a_message(number) for number in range(10)]
        await first.publish(sent)
        held = await first.receive(most=5, wait_seconds=0) + await second.receive(most=10, wait_seconds=0)
        assert [delivery.message for delivery in held] == sent

    async def test_what_a_dead_consumer_held_comes_back_counted(self, make_queue: MakeQueue) -> None:
        dead, alive = make_queue(), make_queue(visibility_seconds=IMPATIENT)
        message = a_message()
        await dead.publish([message])
        await receive_all(dead)
        again = await receive_all(alive)
        assert [(delivery.message, delivery.receives) for delivery in again] == [(message, 2)]

    async def test_new_messages_flow_past_old_failures(self, make_queue: MakeQueue) -> None:
        queue = make_queue(visibility_seconds=IMPATIENT, most_receives=100)
        await queue.publish([a_message(number) for number in range(8)])
        await receive_all(queue)
        await queue.publish([a_message(100)])
        batch = await queue.receive(most=4, wait_seconds=0)
        assert [delivery.message.payload["number"] for delivery in batch] == [0, 1, 100]

    async def test_everything_held_is_reached_although_a_scan_is_short(self, make_queue: MakeQueue) -> None:
        holder, taker = make_queue(), make_queue(visibility_seconds=IMPATIENT)
        await holder.publish([a_message(number) for number in range(50)])
        await receive_all(holder)
        taken = [d for _ in range(25) for d in await taker.receive(most=4, wait_seconds=0)]
        assert sorted({d.message.payload["number"] for d in taken}) == list(range(50))


class TestAcknowledge:
    async def test_an_acknowledged_message_is_gone(self, make_queue: MakeQueue) -> None:
        queue = make_queue(visibility_seconds=IMPATIENT)
        await queue.publish([a_message()])
        await queue.acknowledge(await receive_all(queue))
        assert await receive_all(queue) == []
        assert await queue.depth() == Depth(waiting=0, in_flight=0, dead=0)

    async def test_part_of_a_batch_can_be_acknowledged(self, make_queue: MakeQueue) -> None:
        queue = make_queue()
        await queue.publish([a_message(1), a_message(2)])
        first, second = await receive_all(queue)
        await queue.acknowledge([first])
        await queue.release(second, reason="Busy")
        assert [d.message for d in await receive_all(queue)] == [second.message]


class TestRelease:
    async def test_a_released_message_is_handed_out_five_times_and_then_set_aside(
        self, make_queue: MakeQueue, redis: Redis, stream: str
    ) -> None:
        queue = make_queue()
        await queue.publish([a_message()])
        counts = []
        while deliveries := await receive_all(queue):
            counts.append(deliveries[0].receives)
            await queue.release(deliveries[0], reason="GuestNotFound")
        assert counts == [1, 2, 3, 4, 5]
        assert await queue.depth() == Depth(waiting=0, in_flight=0, dead=1)
        [letter] = await dead_letters(redis, stream)
        assert (letter[b"reason"], letter[b"receives"]) == (b"GuestNotFound", b"5")

    async def test_a_message_nobody_answers_for_is_set_aside_after_five_times(
        self, make_queue: MakeQueue, redis: Redis, stream: str
    ) -> None:
        queue = make_queue(visibility_seconds=IMPATIENT)
        await queue.publish([a_message()])
        handed_out = [len(await receive_all(queue)) for _ in range(7)]
        assert handed_out == [1, 1, 1, 1, 1, 0, 0]
        [letter] = await dead_letters(redis, stream)
        assert letter[b"reason"] == b"too_many_receives"

    async def test_a_delayed_message_is_hidden_until_then(self, make_queue: MakeQueue) -> None:
        queue = make_queue()
        await queue.publish([a_message()])
        [delivery] = await receive_all(queue)
        await queue.release(delivery, reason="Busy", delay_seconds=600)
        assert await receive_all(queue) == []
        assert (await queue.depth()).in_flight == 1

    async def test_one_who_was_too_slow_cannot_take_it_back_from_another(self, make_queue: MakeQueue) -> None:
        slow, quick = make_queue(), make_queue(visibility_seconds=IMPATIENT)
        await slow.publish([a_message()])
        [late] = await receive_all(slow)
        [held] = await receive_all(quick)
        await slow.release(late, reason="Busy")
        await slow.bury(late, reason="Busy")
        await slow.extend([late])
        assert await receive_all(slow) == []
        await quick.acknowledge([held])
        assert await quick.depth() == Depth(waiting=0, in_flight=0, dead=0)

    async def test_an_earlier_delivery_to_oneself_is_no_longer_held(self, make_queue: MakeQueue) -> None:
        queue = make_queue(visibility_seconds=IMPATIENT)
        await queue.publish([a_message()])
        [first] = await receive_all(queue)
        [second] = await receive_all(queue)
        await queue.bury(first, reason="Busy")
        assert await queue.depth() == Depth(waiting=0, in_flight=1, dead=0)
        await queue.bury(second, reason="Busy")
        assert await queue.depth() == Depth(waiting=0, in_flight=0, dead=1)

    async def test_an_extended_message_stays_hidden(self, make_queue: MakeQueue, redis: Redis, stream: str) -> None:
        queue = make_queue()
        await queue.publish([a_message()])
        [delivery] = await receive_all(queue)
        old = int(PATIENT * 1000) + 1
        await redis.xclaim(stream, "workers", "consumer-1", 0, [delivery.receipt], idle=old, justid=True)
        await queue.extend([delivery])
        assert await receive_all(queue) == []


class TestDeadLetters:
    async def test_what_cannot_be_read_is_set_aside_and_the_rest_flows(
        self, make_queue: MakeQueue, redis: Redis, stream: str
    ) -> None:
        queue = make_queue()
        await redis.xadd(stream, {"body": "{"})
        await redis.xadd(stream, {"another": "field"})
        await queue.publish([a_message(7)])
        assert [d.message.payload["number"] for d in await receive_all(queue)] == [7]
        assert [letter[b"reason"] for letter in await dead_letters(redis, stream)] == [b"unreadable"] * 2

    async def test_redriven_letters_start_anew_and_only_once(self, make_queue: MakeQueue) -> None:
        queue = make_queue()
        sent = [a_message(number) for number in range(3)]
        await queue.publish(sent)
        for delivery in await receive_all(queue):
            await queue.bury(delivery, reason="unknown_version")
        assert [await queue.redrive(most=2), await queue.redrive(most=2), await queue.redrive(most=2)] == [2, 1, 0]
        again = await receive_all(queue)
        assert [(d.message, d.receives) for d in again] == [(message, 1) for message in sent]
        assert (await queue.depth()).dead == 0


class TestTrouble:
    async def test_a_flushed_redis_is_worked_with_again(self, make_queue: MakeQueue, redis: Redis, stream: str) -> None:
        queue = make_queue()
        await queue.publish([a_message(1)])
        await receive_all(queue)
        await redis.delete(stream)
        await queue.publish([a_message(2)])
        assert [d.message.payload["number"] for d in await receive_all(queue)] == [2]

    async def test_a_closed_consumer_leaves_the_group_but_not_what_it_held(
        self, make_queue: MakeQueue, redis: Redis, stream: str
    ) -> None:
        idle, busy = make_queue(), make_queue()
        await receive_all(idle)
        await busy.publish([a_message()])
        await receive_all(busy)
        await idle.close()
        await busy.close()
        assert [consumer["name"] for consumer in await redis.xinfo_consumers(stream, "workers")] == [b"consumer-2"]

    async def test_a_refused_connection_is_told_at_once(self, unused_tcp_port: int, stream: str) -> None:
        queue = RedisStreamQueue(f"redis://127.0.0.1:{unused_tcp_port}/0", stream=stream, consumer="nobody")
        for call in (
            lambda: queue.publish([a_message()]),
            lambda: queue.receive(most=1, wait_seconds=0),
            queue.depth,
        ):
            with pytest.raises(QueueUnavailable):
                await call()
        await queue.close()

    async def test_a_silent_redis_is_given_up(self, unused_tcp_port: int, stream: str) -> None:
        async def swallow(_reader: Any, writer: Any) -> None:
            swallowed.append(writer)

        swallowed: list[Any] = []
        server = await asyncio.start_server(swallow, "127.0.0.1", unused_tcp_port)
        queue = RedisStreamQueue(f"redis://127.0.0.1:{unused_tcp_port}/0", stream=stream, consumer="nobody")
        async with server:
            async with asyncio.timeout(10):
                with pytest.raises(QueueUnavailable, match="Timeout"):
                    await queue.publish([a_message()])
            for writer in swallowed:
                writer.close()
        await queue.close()
