"""The consumer: from the queue to the handlers, at least once, with an effect that counts once.

A handler that changes rows runs in one transaction with its row in the inbox. One that tells people reads in a
transaction, sends when that is over, and only then gets its row: after a crash in between the same letters go
out under the same ids, and the provider recognises them. Handlers of one message are apart: what one has done
stays done while another is tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from opentelemetry import trace
from opentelemetry.propagate import extract
from pydantic import ValidationError
from sqlalchemy.dialects import postgresql as pg

from app.kernel.errors import Unavailable
from app.kernel.ports.mail import DeliveryFailed, Mail
from app.kernel.ports.queues import Delivery, Message, QueueUnavailable
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Change, Deliver, Handler, HandlerTable, Outgoing, Work
from app.runtime.outbox.models import InboxMessage
from app.runtime.resources import Resources
from app.runtime.telemetry.logs import request_id

logger = logging.getLogger("movehub.consumer")
tracer = trace.get_tracer(__name__)

AT_ONCE: Final = 8
RECEIVE_SECONDS: Final = 1.0
HEARTBEATS: Final = 3  # a visibility time
LONGEST_RUN_SECONDS: Final = 60.0
UNKNOWN: Final = "unknown_event"
UNREADABLE: Final = "unreadable_payload"
UNDELIVERABLE: Final = "undeliverable"


class Buried(Exception):
    """Nobody will ever handle this message; `reason` stands with the dead letter."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Consumer:
    """Handles up to eight messages at once. Any number of consumers may run."""

    def __init__(self, table: HandlerTable, resources: Resources) -> None:
        self._table = table
        self._resources = resources
        self._database = resources.database
        self._queue = resources.ports.queue
        self._visibility = resources.settings.queue.visibility_seconds
        self._running: dict[asyncio.Task[None], Delivery] = {}
        self._in_hand: set[UUID] = set()
        self._is_database_in_doubt = False

    async def step(self) -> float:
        """Take what there is room for and begin on it. Raises: QueueUnavailable, Unavailable."""
        if self._is_database_in_doubt:
            await self._ask_for_database()
        room = AT_ONCE - len(self._running)
        if room == 0:
            await asyncio.wait(self._running, timeout=RECEIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            return 0.0
        for delivery in await self._queue.receive(most=room, wait_seconds=RECEIVE_SECONDS):
            task = asyncio.create_task(self.handle(delivery))
            self._running[task] = delivery
            task.add_done_callback(self._running.pop)
        return 0.0

    async def drain(self) -> int:
        """Handle, one after the other, all that the queue hands out now; how many."""
        handled = 0
        while deliveries := await self._queue.receive(most=AT_ONCE, wait_seconds=0):
            for delivery in deliveries:
                await self.handle(delivery)
            handled += len(deliveries)
        return handled

    async def finish(self, seconds: float) -> None:
        """Let what runs come to its end; after `seconds` what is left is stopped and given back to the queue."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        left = {task: delivery for task, delivery in self._running.items() if not task.done()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with suppress(QueueUnavailable):
            for delivery in left.values():
                await self._queue.release(delivery, reason="stopped")

    async def handle(self, delivery: Delivery) -> None:
        """See one message through: acknowledged, released for another try, or buried. Raises nothing."""
        message = delivery.message
        if message.id in self._in_hand:
            # Published twice: the second waits until the inbox tells what the first has done.
            with suppress(QueueUnavailable):
                await self._release(delivery, "in_hand")
            return
        self._in_hand.add(message.id)
        token = request_id.set(message.id.hex)
        parent = extract({"traceparent": message.trace} if message.trace else {})
        try:
            with tracer.start_as_current_span(f"handle {message.name}", parent, kind=trace.SpanKind.CONSUMER):
                async with self._kept(delivery), asyncio.timeout(LONGEST_RUN_SECONDS):
                    outcome = await self._handle_all(delivery)
        except QueueUnavailable:
            # Neither acknowledged nor released: it comes again by itself, and the inbox knows what is done.
            outcome = "unanswered"
        except TimeoutError:
            outcome = "timed_out"
            with suppress(QueueUnavailable):
                await self._release(delivery, outcome)
        finally:
            self._in_hand.discard(message.id)
            request_id.reset(token)
        self._resources.metrics.handled.labels(message.name, outcome).inc()

    async def _handle_all(self, delivery: Delivery) -> str:
        message = delivery.message
        handlers = self._table.of(message.name, message.version)
        if handlers is None:
            logger.error("an event that this release does not know", extra={"event": message.name})
            await self._queue.bury(delivery, reason=UNKNOWN)
            return "buried"
        failures = [failure for handler in handlers if (failure := await self._try(handler, message)) is not None]
        again = [failure for failure in failures if not isinstance(failure, Buried)]
        if again:
            await self._release(delivery, type(again[0]).__name__)
            return "released"
        if failures:
            await self._queue.bury(delivery, reason=str(failures[0]))
            return "buried"
        await self._queue.acknowledge([delivery])
        return "done"

    async def _try(self, handler: Handler, message: Message) -> Exception | None:
        """Run one handler; what kept it from its end, or None."""
        try:
            await self._run(handler, message)
        except Buried as failure:
            logger.exception("a message is set aside", extra={"handler": handler.name})
            return failure
        except (Unavailable, DeliveryFailed) as failure:
            logger.warning("a handler could not finish", extra={"handler": handler.name, "why": str(failure)})
            self._is_database_in_doubt |= isinstance(failure, Unavailable)
            return failure
        except Exception as failure:
            logger.exception("a handler failed", extra={"handler": handler.name})
            return failure
        return None

    async def _run(self, handler: Handler, message: Message) -> None:
        """Raises: Buried, DeliveryFailed, Unavailable, and whatever the handler raises."""
        try:
            event = handler.event.model_validate(message.payload)
        except ValidationError as error:
            raise Buried(UNREADABLE) from error
        identity = Identity(Audience.WORKER, org_id=message.org_id)
        now = self._resources.clock.now()
        work = Work(handler.name, message.id, message.created_at, now, self._resources)
        match handler:
            case Change():
                async with self._database.write(identity) as session:
                    if await _record(session, work):
                        await handler.run(session, event, work)
            case Deliver():
                async with self._database.read(identity) as reading:
                    outgoing = () if await _is_done(reading, work) else await handler.run(reading, event, work)
                await self._send(outgoing)
                async with self._database.write(identity) as session:
                    await _record(session, work)

    async def _send(self, outgoing: Sequence[Outgoing]) -> None:
        for one in outgoing:
            try:
                if isinstance(one, Mail):
                    await self._resources.ports.mail.send(one)
                else:
                    await self._resources.ports.sms.send(one)
            except DeliveryFailed as error:
                if error.is_permanent:
                    raise Buried(UNDELIVERABLE) from error
                raise

    async def _release(self, delivery: Delivery, reason: str) -> None:
        delay = min(2.0 * 4 ** (delivery.receives - 1), self._visibility)
        await self._queue.release(delivery, reason=reason, delay_seconds=delay)

    @asynccontextmanager
    async def _kept(self, delivery: Delivery) -> AsyncIterator[None]:
        """Keep the message hidden from other consumers while it is worked on."""
        heart = asyncio.create_task(self._beat(delivery))
        try:
            yield
        finally:
            heart.cancel()

    async def _beat(self, delivery: Delivery) -> None:
        while True:
            await asyncio.sleep(self._visibility / HEARTBEATS)
            with suppress(QueueUnavailable):
                await self._queue.extend([delivery])

    async def _ask_for_database(self) -> None:
        """Raises: Unavailable. Messages taken without a database would only use up their tries."""
        async with self._database.read(Identity(Audience.WORKER)) as session:
            await session.execute(sa.text("SELECT 1"))
        self._is_database_in_doubt = False


async def _record(session: WriteSession, work: Work) -> bool:
    """Write that the handler has done its part, in the transaction in which it does; False: it had before."""
    row = pg.insert(InboxMessage).values(consumer=work.handler, message_id=work.message_id, received_at=work.now)
    written = await session.execute(row.on_conflict_do_nothing().returning(InboxMessage.message_id))
    return written.scalar_one_or_none() is not None


async def _is_done(session: ReadSession, work: Work) -> bool:
    rows = sa.select(InboxMessage.message_id).where(
        InboxMessage.consumer == work.handler, InboxMessage.message_id == work.message_id
    )
    return (await session.execute(rows)).scalar_one_or_none() is not None
