"""The relay: from the outbox to the queue, at least once.

A batch is claimed in one short transaction, published outside of any, and marked in another. A relay that dies
in between leaves a claim that ends by itself; what it had published then goes out twice, and the consumers know
the ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.kernel.ports.queues import Message, QueueUnavailable
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.models import OutboxEvent
from app.runtime.resources import Resources

BATCH: Final = 100
CLAIM: Final = timedelta(seconds=30)
MEASURED_EVERY: Final = timedelta(seconds=5)
WORKER: Final = Identity(Audience.WORKER)


class Relay:
    """Any number may run at once: each claims rows that no other has."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._database = resources.database
        self._measure_at = resources.clock.now()

    async def step(self) -> float:
        """Relay a batch; the seconds until the next look. Raises: QueueUnavailable, Unavailable."""
        sent = await self.relay()
        await self._measure()
        return 0.0 if sent == BATCH else self._resources.settings.queue.poll_seconds

    async def relay(self) -> int:
        """Publish up to a batch of unsent events, the oldest first; how many. Raises: QueueUnavailable."""
        now = self._resources.clock.now()
        messages = await self._claim(now)
        if not messages:
            return 0
        ids = [message.id for message in messages]
        try:
            await self._resources.ports.queue.publish(messages)
        except QueueUnavailable:
            await self._set(ids, claimed_until=None)
            raise
        await self._set(ids, sent_at=now)
        self._resources.metrics.relayed.inc(len(ids))
        return len(ids)

    async def _claim(self, now: datetime) -> Sequence[Message]:
        free = (
            sa.select(OutboxEvent.id)
            .where(
                OutboxEvent.sent_at.is_(None),
                sa.or_(OutboxEvent.claimed_until.is_(None), OutboxEvent.claimed_until <= now),
            )
            .order_by(OutboxEvent.created_at, OutboxEvent.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        claim = (
            sa.update(OutboxEvent)
            .where(OutboxEvent.id.in_(free))
            .values(claimed_until=now + CLAIM)
            .returning(
                OutboxEvent.id,
                OutboxEvent.name,
                OutboxEvent.version,
                OutboxEvent.payload,
                OutboxEvent.created_at,
                OutboxEvent.org_id,
                OutboxEvent.trace,
            )
            .execution_options(synchronize_session=False)
        )
        async with self._database.write(WORKER) as session:
            rows = (await session.execute(claim)).all()
        return [Message(*row) for row in sorted(rows, key=lambda row: (row.created_at, row.id))]

    async def _set(self, ids: Sequence[UUID], **values: datetime | None) -> None:
        change = sa.update(OutboxEvent).where(OutboxEvent.id.in_(ids)).values(values)
        async with self._database.write(WORKER) as session:
            await session.execute(change.execution_options(synchronize_session=False))

    async def _measure(self) -> None:
        now = self._resources.clock.now()
        if now < self._measure_at:
            return
        self._measure_at = now + MEASURED_EVERY
        waiting = sa.select(sa.func.count()).select_from(OutboxEvent).where(OutboxEvent.sent_at.is_(None))
        async with self._database.read(WORKER) as session:
            self._resources.metrics.unsent.set((await session.execute(waiting)).scalar_one())
