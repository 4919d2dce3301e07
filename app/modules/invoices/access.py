from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_or_customer

# Not drivers: what a move costs is between the office and the customer.
BILLING = (Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.ACCOUNTANT)

InvoicesWrite = Annotated[Mover, Depends(allow(*BILLING, scope=Scope.INVOICES_WRITE))]
InvoicesRead = Annotated[Mover | Customer, Depends(allow_or_customer(*BILLING, scope=Scope.INVOICES_READ))]
