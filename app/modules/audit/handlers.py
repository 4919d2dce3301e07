from __future__ import annotations

from app.modules.audit import public
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers
from app.runtime.resources import Resources

handlers = Handlers()


@handlers.every("audit.export_heads", seconds=3_600)
async def export_heads(resources: Resources) -> None:
    """Asked every hour, done once a day (UTC): an hour in which the store is away is made up for by the next."""
    day = resources.clock.now().date()
    async with resources.database.read(Identity(Audience.WORKER)) as session:
        heads = await public.heads(session)
    await public.export(resources.ports.objects, day, heads)
