from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member

TrucksRead = Annotated[Mover, Depends(allow(Permission.FLEET_READ, scope=Scope.FLEET_READ))]
# When colleagues work is for the office, as their time off.
CrewRead = Annotated[Mover, Depends(allow(Permission.CREW_READ, scope=Scope.CREW_READ))]
ShiftsWrite = Annotated[Mover, Depends(allow(Permission.TIME_OFF_WRITE, scope=Scope.TIME_OFF_WRITE))]
LimitsRead = Annotated[Mover, Depends(allow(Permission.BOOKING_RULES_READ, scope=Scope.BOOKINGS_READ))]
LimitsWrite = Annotated[MoverMember, Depends(allow_member(Permission.BOOKING_RULES_WRITE))]
