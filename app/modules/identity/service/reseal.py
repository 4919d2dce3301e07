"""After a change of the sealing key: addresses and second factors are sealed anew, while everything goes on.

Links that were mailed are not: they are gone after a week, and a former key is kept that long.
"""

from __future__ import annotations

from typing import Final

from app.modules.audit import public as audit
from app.modules.identity.models import Invitation, SecondFactor, User
from app.modules.identity.repository.addresses import OF_INVITATION, OF_USER
from app.modules.identity.service.second_factor import SECRET
from app.runtime.db.resealing import SealedRows, reseal
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

OF_ALL: Final = (
    SealedRows(OF_USER, User.id, User.sealed_email),
    SealedRows(SECRET, SecondFactor.user_id, SecondFactor.sealed_secret),
)
OF_A_COMPANY: Final = SealedRows(OF_INVITATION, Invitation.id, Invitation.sealed_email)


async def reseal_addresses(resources: Resources) -> None:
    """As the worker; invitations company after company."""
    if not resources.sealer.has_former:
        return
    seals, worker = resources.seals, Identity(Audience.WORKER)
    for rows in OF_ALL:
        await reseal(resources.database, worker, seals, rows)
    for org_id in await audit.company_ids(resources.database):
        await reseal(resources.database, Identity(Audience.WORKER, org_id=org_id), seals, OF_A_COMPANY)
