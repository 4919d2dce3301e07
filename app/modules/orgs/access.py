from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

OrgRead = Annotated[Mover, Depends(allow(Permission.ORG_READ, scope=Scope.ORG_READ))]
OrgWrite = Annotated[Mover, Depends(allow(Permission.ORG_WRITE, scope=Scope.ORG_WRITE))]
