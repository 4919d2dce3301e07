from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

FilesRead = Annotated[Mover, Depends(allow(Permission.FILES_READ, scope=Scope.FILES_READ))]
FilesWrite = Annotated[Mover, Depends(allow(Permission.FILES_WRITE, scope=Scope.FILES_WRITE))]
