"""The runtime's own schedule: rows that have served their time are forgotten, some thousands at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from app.runtime.db.tenancy import Audience, Identity
from app.runtime.idempotency.models import IdempotencyKey
from app.runtime.jobs.handlers import Handlers
from app.runtime.outbox.models import InboxMessage, OutboxEvent
from app.runtime.rate_limit.kept import KeptLimit
from app.runtime.resources import Resources

handlers = Handlers()

SENT_KEPT: Final = timedelta(days=7)
# Longer than the queue keeps its dead letters: one that is put back must still be recognised.
INBOX_KEPT: Final = timedelta(days=30)
# They are whole by the database's clock, which may be behind this one.
LIMITS_KEPT: Final = timedelta(days=1)
BATCH: Final = 2_000


def _forgotten(now: datetime) -> tuple[tuple[Any, sa.ColumnElement[bool]], ...]:
    return (
        (OutboxEvent, OutboxEvent.sent_at < now - SENT_KEPT),
        (InboxMessage, InboxMessage.received_at < now - INBOX_KEPT),
        (IdempotencyKey, IdempotencyKey.expires_at <= now),
        (KeptLimit, KeptLimit.whole_at < now - LIMITS_KEPT),
    )


@handlers.every("runtime.forget_old_rows", seconds=600)
async def forget_old_rows(resources: Resources) -> None:
    for model, is_old in _forgotten(resources.clock.now()):
        keys = sa.inspect(model).primary_key
        old = sa.select(*keys).where(is_old).limit(BATCH)
        # By key in batches: one statement over a long backlog would run into its time-out and delete nothing.
        delete = sa.delete(model).where(sa.tuple_(*keys).in_(old)).execution_options(synchronize_session=False)
        deleted = BATCH
        while deleted == BATCH:
            async with resources.database.write(Identity(Audience.WORKER)) as session:
                deleted = len((await session.execute(delete.returning(*keys))).all())
