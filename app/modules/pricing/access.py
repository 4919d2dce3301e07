from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.runtime.auth.dependencies import allow

PricingRead = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.ACCOUNTANT))]
PricingWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER))]
