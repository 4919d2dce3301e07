from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.runtime.auth.dependencies import CurrentMover, allow

OrgRead = CurrentMover
OrgWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER))]
