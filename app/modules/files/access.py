from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

CREW = (Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.DRIVER)

FilesRead = Annotated[Mover, Depends(allow(scope=Scope.FILES_READ))]
FilesWrite = Annotated[Mover, Depends(allow(*CREW, scope=Scope.FILES_WRITE))]
