from __future__ import annotations

import logging

from app.kernel.actor import System
from app.modules.pricing.service import planned
from app.runtime.db.constraints import RetrySafely
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers
from app.runtime.resources import Resources

handlers = Handlers()
logger = logging.getLogger(__name__)


@handlers.every("pricing.bring_into_force", seconds=10)
async def bring_into_force(resources: Resources) -> None:
    """Planned versions whose time has come, those first that came first; each in a transaction of its own."""
    now = resources.clock.now()
    async with resources.database.read(Identity(Audience.WORKER)) as session:
        due = await planned.list_due(session, now)
    for org_id, config_id in due:
        try:
            async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
                await planned.bring_into_force(session, System(now), org_id, config_id)
        except RetrySafely:
            # Somebody changes this company's versions at this moment: after them, in ten seconds.
            logger.warning("a planned price list waits", extra={"pricing_config_id": str(config_id)})
        except Exception:
            # One company's version that cannot be brought into force keeps no other company's waiting.
            logger.exception("a planned price list failed", extra={"pricing_config_id": str(config_id)})
