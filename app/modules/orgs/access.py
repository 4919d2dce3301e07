from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

OrgRead = Annotated[Mover, Depends(allow(scope=Scope.ORG_READ))]
OrgWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, scope=Scope.ORG_WRITE))]
