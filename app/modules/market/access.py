from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import CurrentCustomer, allow_or_customer

QuotesWrite = CurrentCustomer
QuotesRead = Annotated[Mover | Customer, Depends(allow_or_customer(Permission.QUOTES_READ, scope=Scope.QUOTES_READ))]
