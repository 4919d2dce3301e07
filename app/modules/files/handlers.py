from __future__ import annotations

import logging
from typing import Final

from app.kernel.ports.object_store import StoreUnavailable
from app.modules.files import repository
from app.modules.files.service import inspection
from app.modules.files.service.inspection import AWAY, Settled
from app.modules.files.service.uploads import forgotten_before, largest_of
from app.modules.files.values import Arrived, Task, TaskKind
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers
from app.runtime.resources import Resources

logger = logging.getLogger("movehub.files")
handlers = Handlers()

# A turn's work; what is left over waits for the next, so that no other schedule waits long for this one.
MOST_AT_ONCE: Final = 10


@handlers.every("files.tend_uploads", seconds=2)
async def tend_uploads(resources: Resources) -> None:
    """Look at what has arrived, and forget what nobody attached."""
    now = resources.clock.now()
    before = forgotten_before(now, resources.settings.uploads)
    async with resources.database.read(Identity(Audience.WORKER)) as session:
        tasks = await repository.list_tasks(session, now, before, MOST_AT_ONCE)
    for task in tasks:
        await (_inspect if task.kind is TaskKind.INSPECT else _forget)(resources, task)


async def _inspect(resources: Resources, task: Task) -> None:
    company = Identity(Audience.WORKER, org_id=task.org_id)
    async with resources.database.write(company) as session:
        begun = await inspection.begin(session, task, resources.clock.now())
    match begun:
        case Settled():
            await _tidy(resources, task)
        case Arrived() as arrived:
            await _decide(resources, arrived)


async def _decide(resources: Resources, arrived: Arrived) -> None:
    company = Identity(Audience.WORKER, org_id=arrived.org_id)
    try:
        found = await inspection.look(resources.ports, arrived, largest_of(arrived.kind, resources.settings.uploads))
    except AWAY as away:
        logger.warning("a file could not be looked at", extra={"why": type(away).__name__})
        async with resources.database.write(company) as session:
            await inspection.put_off(session, arrived, resources.clock.now())
        return
    async with resources.database.write(company) as session:
        await inspection.decide(session, arrived, found)


async def _tidy(resources: Resources, task: Task) -> None:
    try:
        await inspection.delete_quarantined(resources.ports, task)
    except StoreUnavailable:
        return  # the lease ends, and the next turn comes back to it
    async with resources.database.write(Identity(Audience.WORKER, org_id=task.org_id)) as session:
        await inspection.settle(session, task)


async def _forget(resources: Resources, task: Task) -> None:
    company = Identity(Audience.WORKER, org_id=task.org_id)
    before = forgotten_before(resources.clock.now(), resources.settings.uploads)
    async with resources.database.write(company) as session:
        is_nobodys = await inspection.begin_forgetting(session, task, before)
    if not is_nobodys:
        return
    try:
        await inspection.delete_bytes(resources.ports, task)
    except StoreUnavailable:
        return  # the row is still there, and the next turn comes back to it
    async with resources.database.write(company) as session:
        await inspection.forget(session, task)
