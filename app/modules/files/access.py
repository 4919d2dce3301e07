from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.runtime.auth.dependencies import CurrentMover, allow

FilesRead = CurrentMover
FilesWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, Role.DISPATCHER, Role.DRIVER))]
