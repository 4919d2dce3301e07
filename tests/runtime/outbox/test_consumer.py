"""What is done once, what is tried again, and what is set aside."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import pytest

from app.kernel.errors import Conflict, Unavailable
from app.kernel.events import Event
from app.kernel.ids import new_id
from app.kernel.ports.mail import DeliveryFailed, Mail
from app.kernel.ports.queues import Message
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.jobs.handlers import Handlers, HandlerTable, Outgoing, Work
from app.runtime.outbox import consumer as consumer_module
from app.runtime.outbox.consumer import Consumer
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources
from tests.runtime.outbox.conftest import Outbasket, names_in_outbox, until
from tests.runtime.outbox.memory import MemoryQueue

pytestmark = pytest.mark.integration

LEAF = "leaf@example.com"


class LeavesSteeped(Event):
    name: ClassVar[str] = "leaves.steeped"

    cup: UUID


class CupPoured(Event):
    name: ClassVar[str] = "cup.poured"

    cup: UUID


class Kitchen:
    """Handlers of `leaves.steeped`; `faults` are raised one a run, after the rows were written."""

    def __init__(self) -> None:
        self.faults: list[Exception] = []
        self.runs: list[str] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def pour(self, session: WriteSession, event: LeavesSteeped, work: Work) -> None:
        self.runs.append("pour")
        emit(session, CupPoured(cup=event.cup), now=work.now)
        await self.may_go_on.wait()
        if self.faults:
            raise self.faults.pop(0)

    async def tell(self, session: ReadSession, event: LeavesSteeped, work: Work) -> Sequence[Outgoing]:
        self.runs.append("tell")
        return (work.mail(LEAF, "Tea", f"Cup {event.cup} is ready."),)

    def table(self, *kinds: str) -> HandlerTable:
        handlers = Handlers()
        if "pour" in kinds:
            handlers.on("kitchen.pour", LeavesSteeped)(self.pour)
        if "tell" in kinds:
            handlers.deliver("kitchen.tell", LeavesSteeped)(self.tell)
        return HandlerTable([handlers], [LeavesSteeped, CupPoured])


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


@pytest.fixture
def message(working: Resources) -> Message:
    cup = new_id()
    payload = {"org_id": None, "cup": str(cup)}
    return Message(new_id(), LeavesSteeped.name, 1, payload, created_at=working.clock.now())


async def poured(resources: Resources, message: Message) -> int:
    return await names_in_outbox(resources, "cup.poured", [message.payload["cup"]])


class TestChange:
    async def test_message_that_comes_twice_counts_once(
        self, working: Resources, queue: MemoryQueue, kitchen: Kitchen, message: Message
    ):
        await queue.publish([message, message])

        await Consumer(kitchen.table("pour"), working).drain()

        assert kitchen.runs == ["pour"]
        assert await poured(working, message) == 1
        assert queue.acknowledged == [message.id, message.id]

    async def test_what_failed_left_nothing_and_is_tried_again_later(
        self, working: Resources, queue: MemoryQueue, kitchen: Kitchen, message: Message
    ):
        kitchen.faults = [ZeroDivisionError(), Conflict()]
        await queue.publish([message])

        await Consumer(kitchen.table("pour"), working).drain()

        assert queue.released == [("ZeroDivisionError", 2.0), ("Conflict", 8.0)]
        assert kitchen.runs == ["pour"] * 3
        assert await poured(working, message) == 1
        assert queue.acknowledged == [message.id]

    async def test_two_workers_at_once_change_it_once(self, working: Resources, kitchen: Kitchen, message: Message):
        queues = [MemoryQueue(), MemoryQueue()]
        workers = [replace(working, ports=replace(working.ports, queue=queue)) for queue in queues]
        for queue in queues:
            await queue.publish([message])

        await asyncio.gather(*(Consumer(kitchen.table("pour"), worker).drain() for worker in workers))

        assert await poured(working, message) == 1
        assert [queue.acknowledged for queue in queues] == [[message.id], [message.id]]

    async def test_second_copy_waits_while_the_first_is_in_hand(
        self, working: Resources, queue: MemoryQueue, kitchen: Kitchen, message: Message
    ):
        kitchen.may_go_on.clear()
        await queue.publish([message, message])
        consumer = Consumer(kitchen.table("pour"), working)

        await consumer.step()
        await until(lambda: bool(queue.released))
        kitchen.may_go_on.set()
        await consumer.finish(5)

        assert queue.released == [("in_hand", 2.0)]
        assert kitchen.runs == ["pour"]


class TestDeliver:
    async def test_letter_is_sent_when_no_transaction_is_open_and_once(
        self, working: Resources, queue: MemoryQueue, mailer: Outbasket, kitchen: Kitchen, message: Message
    ):
        await queue.publish([message, message])

        await Consumer(kitchen.table("tell"), working).drain()

        assert [(mail.to, mail.text) for mail in mailer.sent] == [(LEAF, f"Cup {message.payload['cup']} is ready.")]
        assert mailer.open_transactions == [0]

    async def test_second_try_sends_the_same_letter_under_the_same_id(
        self, working: Resources, queue: MemoryQueue, mailer: Outbasket, kitchen: Kitchen, message: Message
    ):
        mailer.refusals = [DeliveryFailed("busy", is_permanent=False)]
        await queue.publish([message])

        await Consumer(kitchen.table("tell"), working).drain()

        first, second = mailer.sent
        assert isinstance(first, Mail)
        assert first == second
        assert queue.released == [("DeliveryFailed", 2.0)]
        assert queue.acknowledged == [message.id]

    async def test_what_no_provider_will_ever_take_is_set_aside(
        self, working: Resources, queue: MemoryQueue, mailer: Outbasket, kitchen: Kitchen, message: Message
    ):
        mailer.refusals = [DeliveryFailed("no such address", is_permanent=True)]
        await queue.publish([message])

        await Consumer(kitchen.table("tell"), working).drain()

        assert (queue.buried, queue.released) == (["undeliverable"], [])


class TestSeveralHandlers:
    async def test_one_that_failed_is_tried_again_without_the_one_that_did_not(
        self, working: Resources, queue: MemoryQueue, mailer: Outbasket, kitchen: Kitchen, message: Message
    ):
        kitchen.faults = [ZeroDivisionError()]
        await queue.publish([message])

        await Consumer(kitchen.table("pour", "tell"), working).drain()

        assert kitchen.runs == ["pour", "tell", "pour"]
        assert len(mailer.sent) == 1
        assert await poured(working, message) == 1


class TestSetAside:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"name": "leaves.dried"}, "unknown_event"),
            ({"version": 2}, "unknown_event"),
            ({"payload": {"cup": "no id"}}, "unreadable_payload"),
            ({"payload": {}}, "unreadable_payload"),
        ],
    )
    async def test_what_this_release_cannot_understand(
        self,
        working: Resources,
        queue: MemoryQueue,
        kitchen: Kitchen,
        message: Message,
        changes: dict[str, object],
        reason: str,
    ):
        await queue.publish([replace(message, **changes)])  # type: ignore[arg-type]

        await Consumer(kitchen.table("pour"), working).drain()

        assert (queue.buried, queue.acknowledged, kitchen.runs) == ([reason], [], [])

    async def test_what_nobody_listens_to_is_done_with(
        self, working: Resources, queue: MemoryQueue, kitchen: Kitchen, message: Message
    ):
        await queue.publish([message])

        await Consumer(kitchen.table(), working).drain()

        assert (queue.buried, queue.acknowledged) == ([], [message.id])


class TestLongRuns:
    async def test_message_is_kept_hidden_while_it_is_worked_on(
        self,
        working: Resources,
        queue: MemoryQueue,
        kitchen: Kitchen,
        message: Message,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(consumer_module, "HEARTBEATS", 10_000)
        kitchen.may_go_on.clear()
        await queue.publish([message])
        consumer = Consumer(kitchen.table("pour"), working)

        await consumer.step()
        await until(lambda: queue.extended >= 3)
        kitchen.may_go_on.set()
        await consumer.finish(5)

        assert queue.acknowledged == [message.id]

    async def test_run_that_does_not_end_is_given_up_and_tried_again(
        self,
        working: Resources,
        queue: MemoryQueue,
        kitchen: Kitchen,
        message: Message,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(consumer_module, "LONGEST_RUN_SECONDS", 0.05)
        kitchen.may_go_on.clear()
        await queue.publish([message])
        [delivery] = await queue.receive(most=1, wait_seconds=0)

        await Consumer(kitchen.table("pour"), working).handle(delivery)

        assert queue.released == [("timed_out", 2.0)]
        assert await poured(working, message) == 0

    async def test_stop_gives_back_what_cannot_be_finished(
        self, working: Resources, queue: MemoryQueue, kitchen: Kitchen, message: Message
    ):
        kitchen.may_go_on.clear()
        await queue.publish([message])
        consumer = Consumer(kitchen.table("pour"), working)
        await consumer.step()
        await until(lambda: bool(kitchen.runs))

        await consumer.finish(0)

        assert queue.released == [("stopped", 0)]
        assert await poured(working, message) == 0


class TestDatabaseAway:
    async def test_no_message_is_taken_until_it_answers_again(
        self,
        working: Resources,
        queue: MemoryQueue,
        kitchen: Kitchen,
        message: Message,
        monkeypatch: pytest.MonkeyPatch,
    ):
        kitchen.faults = [Unavailable()]
        await queue.publish([message])
        consumer = Consumer(kitchen.table("pour"), working)
        [delivery] = await queue.receive(most=1, wait_seconds=0)
        await consumer.handle(delivery)

        async def no_answer() -> None:
            raise Unavailable

        with monkeypatch.context() as patch:
            patch.setattr(consumer, "_ask_for_database", no_answer)
            with pytest.raises(Unavailable):
                await consumer.step()
        assert queue.handed_out == 1

        await consumer.step()
        await consumer.finish(5)
        assert queue.acknowledged == [message.id]
