from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow

DISPATCH = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)

FleetRead = Annotated[Mover, Depends(allow(scope=Scope.FLEET_READ))]
# Licence numbers and telephones of colleagues are for the office.
CrewRead = Annotated[Mover, Depends(allow(*DISPATCH, scope=Scope.CREW_READ))]
FleetWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER, scope=Scope.FLEET_WRITE))]
TimeOffWrite = Annotated[Mover, Depends(allow(*DISPATCH, scope=Scope.TIME_OFF_WRITE))]
