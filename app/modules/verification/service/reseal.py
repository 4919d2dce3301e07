"""After a change of the sealing key: companies' tax ids are sealed anew, while everything goes on."""

from __future__ import annotations

from typing import Final

from app.modules.audit import public as audit
from app.modules.verification.models import CompanyDocument
from app.modules.verification.service.documents import TAX_ID
from app.runtime.db.resealing import SealedRows, reseal
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

TAX_IDS: Final = SealedRows(TAX_ID, CompanyDocument.id, CompanyDocument.sealed_number)


async def reseal_tax_ids(resources: Resources) -> None:
    """As the worker, company after company."""
    if not resources.sealer.has_former:
        return
    for org_id in await audit.company_ids(resources.database):
        await reseal(resources.database, Identity(Audience.WORKER, org_id=org_id), resources.seals, TAX_IDS)
