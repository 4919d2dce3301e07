import asyncio
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.kernel.clock import ManualClock
from app.kernel.events import Event
from app.kernel.ids import new_id
from app.kernel.ports.queues import Message, QueueUnavailable
from app.runtime.outbox.emit import emit
from app.runtime.outbox.models import OutboxEvent
from app.runtime.outbox.relay import BATCH, Relay
from app.runtime.resources import Resources
from tests.runtime.outbox.conftest import WORKER, connections_in_use
from tests.runtime.outbox.memory import MemoryQueue

pytestmark = pytest.mark.integration


class PotFilled(Event):
    name: ClassVar[str] = "pot.filled"

    cup: UUID


async def announce(resources: Resources, count: int) -> list[UUID]:
    """The ids of so many events, committed."""
    events = [PotFilled(cup=new_id()) for _ in range(count)]
    async with resources.database.write(WORKER) as session:
        emit(session, *events, now=resources.clock.now())
    cups = [str(event.cup) for event in events]
    query = sa.select(OutboxEvent.id).where(OutboxEvent.payload["cup"].astext.in_(cups)).order_by(OutboxEvent.id)
    async with resources.database.read(WORKER) as session:
        return list((await session.execute(query)).scalars())


class TestRelay:
    async def test_event_goes_out_once_in_its_envelope(self, working: Resources, queue: MemoryQueue):
        [event_id] = await announce(working, 1)
        relay = Relay(working)

        assert [await relay.relay(), await relay.relay()] == [1, 0]

        [(message, _)] = queue.waiting
        assert isinstance(message, Message)
        assert (message.id, message.name, message.version) == (event_id, "pot.filled", 1)
        assert message.created_at == working.clock.now()

    async def test_oldest_go_first_a_batch_at_a_time(self, working: Resources, queue: MemoryQueue):
        ids = await announce(working, BATCH + 1)
        relay = Relay(working)

        assert [await relay.step(), await relay.step()] == [0.0, working.settings.queue.poll_seconds]

        assert queue.published == ids

    async def test_two_relays_never_publish_the_same(self, working: Resources, queue: MemoryQueue):
        ids = await announce(working, 3 * BATCH)

        await asyncio.gather(*(Relay(working).relay() for _ in range(3)))

        assert sorted(queue.published) == sorted(ids)

    async def test_row_that_another_relay_is_claiming_is_passed_by(self, working: Resources, queue: MemoryQueue):
        claimed, *free = await announce(working, 3)
        async with working.database.write(WORKER) as other:
            await other.execute(sa.select(OutboxEvent.id).where(OutboxEvent.id == claimed).with_for_update())

            assert await Relay(working).relay() == 2

        assert queue.published == free

    async def test_with_the_queue_away_nothing_is_lost_and_it_goes_out_at_once_when_it_is_back(
        self, working: Resources, queue: MemoryQueue
    ):
        ids = await announce(working, 3)
        relay = Relay(working)
        queue.is_away = True
        with pytest.raises(QueueUnavailable):
            await relay.relay()
        queue.is_away = False

        assert await relay.relay() == 3
        assert queue.published == ids

    async def test_claim_of_a_relay_that_died_ends_after_half_a_minute(
        self, working: Resources, queue: MemoryQueue, clock: ManualClock
    ):
        ids = await announce(working, 1)
        await Relay(working)._claim(clock.now())

        clock.advance(timedelta(seconds=29))
        assert await Relay(working).relay() == 0
        clock.advance(timedelta(seconds=1))
        assert await Relay(working).relay() == 1
        assert queue.published == ids

    async def test_nothing_is_published_while_a_transaction_is_open(
        self, working: Resources, queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch
    ):
        await announce(working, 1)
        seen: list[int] = []
        publish = queue.publish

        async def watched(messages: list[Message]) -> None:
            seen.append(connections_in_use(working.database))
            await publish(messages)

        monkeypatch.setattr(queue, "publish", watched)
        await Relay(working).relay()

        assert seen == [0]

    async def test_number_of_unsent_events_is_measured(self, working: Resources, queue: MemoryQueue):
        await announce(working, 2)
        queue.is_away = True
        relay = Relay(working)
        with pytest.raises(QueueUnavailable):
            await relay.relay()
        await relay._measure()

        assert working.metrics.registry.get_sample_value("movehub_outbox_unsent") == 2
