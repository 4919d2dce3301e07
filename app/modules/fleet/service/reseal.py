"""After a change of the sealing key: crews' numbers are sealed anew, while everything goes on."""

from __future__ import annotations

from typing import Final

from app.modules.audit import public as audit
from app.modules.fleet.models import Driver
from app.modules.fleet.service.drivers import PHONE
from app.runtime.db.resealing import SealedRows, reseal
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

PHONES: Final = SealedRows(PHONE, Driver.id, Driver.sealed_phone)


async def reseal_phones(resources: Resources) -> None:
    """As the worker, company after company."""
    if not resources.sealer.has_former:
        return
    for org_id in await audit.company_ids(resources.database):
        await reseal(resources.database, Identity(Audience.WORKER, org_id=org_id), resources.seals, PHONES)
