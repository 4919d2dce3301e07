from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

READERS = (Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.ACCOUNTANT)

PricingRead = Annotated[Mover, Depends(allow(*READERS, scope=Scope.PRICES_READ))]
PricingWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, scope=Scope.PRICES_WRITE))]
# What opens no transaction cannot ask whether a key lives: it is for members.
PricingTrial = Annotated[MoverMember, Depends(allow_member(*READERS))]
