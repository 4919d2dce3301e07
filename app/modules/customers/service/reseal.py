"""After a change of the sealing key: what the former one sealed is sealed anew, while everything goes on."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import UUID

from app.modules.customers import repository
from app.modules.customers.models import Customer
from app.modules.customers.service.seals import Seals, seals_of
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen

logger = logging.getLogger(__name__)


async def reseal(resources: Resources) -> None:
    """Seal customers' addresses with the present key, a batch in a transaction; what does not open stays as it is.

    As the worker.
    """
    seals, last = seals_of(resources), UUID(int=0)
    while True:
        async with resources.database.write(Identity(Audience.WORKER)) as session:
            batch = await repository.lock_sealed_otherwise(session, resources.sealer.head, last)
            _reseal(seals, batch)
        if len(batch) < repository.BATCH:
            return
        last = batch[-1].id


def _reseal(seals: Seals, batch: Sequence[Customer]) -> None:
    for customer in batch:
        try:
            seals.reseal(customer)
        except CannotOpen:
            logger.exception("a customer's address does not open", extra={"customer_id": str(customer.id)})
