from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

Dispatch = Annotated[Mover, Depends(allow(Permission.BOOKINGS_DISPATCH, scope=Scope.BOOKINGS_DISPATCH))]
