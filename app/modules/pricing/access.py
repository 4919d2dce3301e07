from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

PricingRead = Annotated[Mover, Depends(allow(Permission.PRICES_READ, scope=Scope.PRICES_READ))]
PricingWrite = Annotated[Mover, Depends(allow(Permission.PRICES_WRITE, scope=Scope.PRICES_WRITE))]
# What opens no transaction cannot ask whether a key lives: it is for members.
PricingTrial = Annotated[MoverMember, Depends(allow_member(Permission.PRICES_READ))]
