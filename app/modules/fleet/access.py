from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.runtime.auth.dependencies import CurrentMover, allow

FleetRead = CurrentMover
# Licence numbers and telephones of colleagues are for the office.
CrewRead = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, Role.DISPATCHER))]
FleetWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER))]
TimeOffWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, Role.DISPATCHER))]
