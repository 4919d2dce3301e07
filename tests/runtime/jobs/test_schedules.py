import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.idempotency.models import IdempotencyKey
from app.runtime.jobs import upkeep
from app.runtime.jobs.handlers import Handlers, Schedule
from app.runtime.jobs.schedules import Scheduler
from app.runtime.outbox.models import InboxMessage, OutboxEvent
from app.runtime.resources import Resources

pytestmark = pytest.mark.integration

WORKER = Identity(Audience.WORKER)


class Clockwork:
    """A schedule of its own name that counts its turns and fails when told to."""

    def __init__(self, *, seconds: int = 60) -> None:
        self.turns = 0
        self.fails = False
        handlers = Handlers()
        handlers.every(f"clockwork.{new_id().hex}", seconds=seconds)(self.turn)
        self.schedule: Schedule = handlers.schedules[0]

    async def turn(self, resources: Resources) -> None:
        self.turns += 1
        if self.fails:
            raise ZeroDivisionError


@pytest.fixture
def clockwork() -> Clockwork:
    return Clockwork()


class TestScheduler:
    async def test_it_runs_once_a_period(self, worker_resources: Resources, clock: ManualClock, clockwork: Clockwork):
        scheduler = Scheduler([clockwork.schedule], worker_resources)
        for seconds in (0, 59, 1, 30, 30):
            clock.advance(timedelta(seconds=seconds))
            await scheduler.step()

        assert clockwork.turns == 3

    async def test_of_four_workers_one_has_the_turn(
        self, worker_resources: Resources, clock: ManualClock, clockwork: Clockwork
    ):
        workers = [Scheduler([clockwork.schedule], worker_resources) for _ in range(4)]
        for _ in range(3):
            await asyncio.gather(*(worker.step() for worker in workers))
            clock.advance(timedelta(seconds=60))

        assert clockwork.turns == 3

    async def test_turn_is_not_taken_again_after_a_restart(self, worker_resources: Resources, clockwork: Clockwork):
        for _ in range(2):
            await Scheduler([clockwork.schedule], worker_resources).step()

        assert clockwork.turns == 1

    async def test_missed_turns_are_made_up_for_by_one(
        self, worker_resources: Resources, clock: ManualClock, clockwork: Clockwork
    ):
        scheduler = Scheduler([clockwork.schedule], worker_resources)
        await scheduler.step()
        clock.advance(timedelta(hours=3))
        for _ in range(3):
            await scheduler.step()

        assert clockwork.turns == 2

    async def test_shorter_period_of_a_new_release_counts_at_once(
        self, worker_resources: Resources, clock: ManualClock, clockwork: Clockwork
    ):
        await Scheduler([clockwork.schedule], worker_resources).step()
        shorter = Schedule(clockwork.schedule.name, timedelta(seconds=10), clockwork.schedule.run)
        clock.advance(timedelta(seconds=20))

        await Scheduler([shorter], worker_resources).step()

        assert clockwork.turns == 2

    async def test_failure_of_one_is_not_the_others(self, worker_resources: Resources, clockwork: Clockwork):
        clockwork.fails = True
        other = Clockwork()

        await Scheduler([clockwork.schedule, other.schedule], worker_resources).step()

        assert (clockwork.turns, other.turns) == (1, 1)


class TestForgetOldRows:
    async def test_only_what_has_served_its_time_goes(self, worker_resources: Resources, clock: ManualClock):
        now = clock.now()
        sent, unsent, message = new_id(), new_id(), new_id()
        async with worker_resources.database.write(WORKER) as session:
            for event_id, sent_at in ((sent, now), (unsent, None)):
                session.add(
                    OutboxEvent(id=event_id, name="pot.filled", version=1, payload={}, created_at=now, sent_at=sent_at)
                )
            session.add(InboxMessage(consumer="test.forget", message_id=message, received_at=now))

        async def left(days: int) -> list[int]:
            clock.advance(timedelta(days=days))
            await upkeep.forget_old_rows(worker_resources)
            async with worker_resources.database.read(WORKER) as session:
                counts = [
                    sa.select(sa.func.count()).where(OutboxEvent.id == sent),
                    sa.select(sa.func.count()).where(OutboxEvent.id == unsent),
                    sa.select(sa.func.count()).where(InboxMessage.message_id == message),
                    sa.select(sa.func.count()).where(IdempotencyKey.expires_at <= clock.now()),
                ]
                return [(await session.execute(count)).scalar_one() for count in counts]

        assert await left(days=7) == [1, 1, 1, 0]
        assert await left(days=1) == [0, 1, 1, 0]
        assert await left(days=23) == [0, 1, 0, 0]
