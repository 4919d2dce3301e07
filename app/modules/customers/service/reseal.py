"""After a change of the sealing key: customers' addresses are sealed anew, while everything goes on."""

from __future__ import annotations

from typing import Final

from app.modules.customers.models import Customer
from app.modules.customers.service.seals import OF_CUSTOMER
from app.modules.customers.values import Channel
from app.runtime.db import resealing
from app.runtime.db.resealing import SealedRows
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources

ADDRESSES: Final = (
    SealedRows(OF_CUSTOMER[Channel.SMS], Customer.id, Customer.sealed_phone),
    SealedRows(OF_CUSTOMER[Channel.EMAIL], Customer.id, Customer.sealed_email),
)


async def reseal(resources: Resources) -> None:
    """As the worker."""
    if not resources.sealer.has_former:
        return
    for rows in ADDRESSES:
        await resealing.reseal(resources.database, Identity(Audience.WORKER), resources.seals, rows)
