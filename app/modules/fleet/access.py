from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

FleetRead = Annotated[Mover, Depends(allow(Permission.FLEET_READ, scope=Scope.FLEET_READ))]
# Licence numbers and telephones of colleagues are for the office.
CrewRead = Annotated[Mover, Depends(allow(Permission.CREW_READ, scope=Scope.CREW_READ))]
FleetWrite = Annotated[Mover, Depends(allow(Permission.FLEET_WRITE, scope=Scope.FLEET_WRITE))]
CrewInvite = Annotated[MoverMember, Depends(allow_member(Permission.MEMBERS_MANAGE))]
TimeOffWrite = Annotated[Mover, Depends(allow(Permission.TIME_OFF_WRITE, scope=Scope.TIME_OFF_WRITE))]
# A phone or a tracker in the truck tells where it is, and nothing else.
FleetLocate = Annotated[Mover, Depends(allow(Permission.FLEET_LOCATE, scope=Scope.FLEET_LOCATE))]
WagesRead = Annotated[Mover, Depends(allow(Permission.WAGES_READ, scope=Scope.WAGES_READ))]
