from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member, allow_or_customer

# Not drivers: what a move costs is between the office and the customer.

InvoicesWrite = Annotated[Mover, Depends(allow(Permission.INVOICES_WRITE, scope=Scope.INVOICES_WRITE))]
# As a step without the customer's code: a person's decision.
TakesBack = Annotated[MoverMember, Depends(allow_member(Permission.BOOKINGS_MANAGE))]
InvoicesRead = Annotated[
    Mover | Customer, Depends(allow_or_customer(Permission.INVOICES_READ, scope=Scope.INVOICES_READ))
]
