from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from app.kernel.ports.mail import Mail
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.models import OutboxEvent
from app.runtime.resources import Resources
from tests.runtime.outbox.memory import MemoryQueue

WORKER = Identity(Audience.WORKER)


def connections_in_use(database: Database) -> int:
    """How many transactions of the database are open in this process."""
    assert isinstance(database.bind, AsyncEngine)
    used: int = database.bind.pool.checkedout()  # type: ignore[attr-defined]
    return used


@dataclass
class Outbasket:
    """A mailer that keeps what it is given and refuses, each once, with `refusals`."""

    database: Database
    refusals: list[Exception] = field(default_factory=list)
    sent: list[Mail] = field(default_factory=list)
    open_transactions: list[int] = field(default_factory=list)

    async def send(self, mail: Mail) -> None:
        self.sent.append(mail)
        self.open_transactions.append(connections_in_use(self.database))
        if self.refusals:
            raise self.refusals.pop(0)


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
def mailer(worker_resources: Resources) -> Outbasket:
    return Outbasket(worker_resources.database)


@pytest.fixture
async def working(worker_resources: Resources, queue: MemoryQueue, mailer: Outbasket) -> Resources:
    """The worker's resources with a queue and a mailer to look into, and an outbox with nothing left to send."""
    sent = sa.update(OutboxEvent).where(OutboxEvent.sent_at.is_(None)).values(sent_at=worker_resources.clock.now())
    async with worker_resources.database.write(WORKER) as session:
        await session.execute(sent)
    return replace(worker_resources, ports=replace(worker_resources.ports, queue=queue, mail=mailer))


async def names_in_outbox(resources: Resources, name: str, among: Sequence[str]) -> int:
    """How many events of this name tell of one of these payloads' `cup`s."""
    query = (
        sa.select(sa.func.count())
        .select_from(OutboxEvent)
        .where(OutboxEvent.name == name, OutboxEvent.payload["cup"].astext.in_(among))
    )
    async with resources.database.read(WORKER) as session:
        return (await session.execute(query)).scalar_one()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - what is waited for is a count, and has no event
            await asyncio.sleep(0.001)
