from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

TrailRead = Annotated[Mover, Depends(allow(Role.OWNER, scope=Scope.AUDIT_READ))]
