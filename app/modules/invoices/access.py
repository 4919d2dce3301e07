from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, Role
from app.runtime.auth.dependencies import MoverOrCustomer, RoleNotAllowed, allow

BILLING = (Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.ACCOUNTANT)


async def billing_or_customer(actor: MoverOrCustomer) -> Mover | Customer:
    """Raises: RoleNotAllowed (403) for drivers: what a move costs is between the office and the customer."""
    if isinstance(actor, Mover) and actor.role not in BILLING:
        raise RoleNotAllowed
    return actor


InvoicesWrite = Annotated[Mover, Depends(allow(*BILLING))]
InvoicesRead = Annotated[Mover | Customer, Depends(billing_or_customer)]
