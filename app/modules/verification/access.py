from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

PapersRead = Annotated[Mover, Depends(allow(scope=Scope.ORG_READ))]
# A person answers for papers.
PapersWrite = Annotated[MoverMember, Depends(allow_member(Role.OWNER, Role.MANAGER))]
