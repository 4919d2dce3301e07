from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Mover, MoverMember
from app.kernel.permissions import Permission
from app.kernel.scopes import Scope
from app.modules.identity import public as identity
from app.runtime.auth.dependencies import allow, allow_member
from app.runtime.web.sessions import Read

FleetRead = Annotated[Mover, Depends(allow(Permission.FLEET_READ, scope=Scope.FLEET_READ))]
# Licence numbers and telephones of colleagues are for the office.
CrewRead = Annotated[Mover, Depends(allow(Permission.CREW_READ, scope=Scope.CREW_READ))]


async def freshly_proved_reader(actor: CrewRead, session: Read) -> Mover:
    """Whoever may read the crew and, a person, has shown within five minutes who they are: a table of everybody's
    numbers is what a stolen session would take. A key is not asked: it was made after such a proof, to read by itself.

    Raises: StepUpRequired (403), RoleNotAllowed (403), SessionEnded (401).
    """
    if isinstance(actor, MoverMember):
        await identity.require_fresh_proof(session, actor)
    return actor


CrewExport = Annotated[Mover, Depends(freshly_proved_reader)]
FleetWrite = Annotated[Mover, Depends(allow(Permission.FLEET_WRITE, scope=Scope.FLEET_WRITE))]
CrewInvite = Annotated[MoverMember, Depends(allow_member(Permission.MEMBERS_MANAGE))]
TimeOffWrite = Annotated[Mover, Depends(allow(Permission.TIME_OFF_WRITE, scope=Scope.TIME_OFF_WRITE))]
# A phone or a tracker in the truck tells where it is, and nothing else.
FleetLocate = Annotated[Mover, Depends(allow(Permission.FLEET_LOCATE, scope=Scope.FLEET_LOCATE))]
WagesRead = Annotated[Mover, Depends(allow(Permission.WAGES_READ, scope=Scope.WAGES_READ))]
