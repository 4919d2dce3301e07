from __future__ import annotations

from app.modules.customers import public as customers
from app.modules.privacy import service
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers
from app.runtime.resources import Resources

handlers = Handlers()


@handlers.every("privacy.keep_erased", seconds=60)
async def keep_erased(resources: Resources) -> None:
    """The list of the erased, outside the database: a minute is what a restore can forget of it."""
    async with resources.database.read(Identity(Audience.WORKER)) as session:
        erased = await customers.erased(session)
    await service.keep_list(resources.ports.objects, erased)
