from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

PapersRead = Annotated[Mover, Depends(allow(Permission.PAPERS_READ, scope=Scope.ORG_READ))]
# A person answers for papers.
PapersWrite = Annotated[MoverMember, Depends(allow_member(Permission.PAPERS_WRITE))]
