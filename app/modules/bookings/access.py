from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, Role
from app.runtime.auth.dependencies import CurrentMover, MoverOrCustomer, RoleNotAllowed, allow

OFFICE = frozenset({Role.OWNER, Role.MANAGER, Role.DISPATCHER})
CREW = OFFICE | {Role.DRIVER}


async def office_or_customer(actor: MoverOrCustomer) -> Mover | Customer:
    """Raises: RoleNotAllowed (403) for a member who does not dispatch."""
    if isinstance(actor, Mover) and actor.role not in OFFICE:
        raise RoleNotAllowed(f"This needs one of: {', '.join(sorted(OFFICE))}. You are {actor.role}.")
    return actor


async def crew_or_customer(actor: MoverOrCustomer) -> Mover | Customer:
    """Raises: RoleNotAllowed (403) for a member who neither dispatches nor drives."""
    if isinstance(actor, Mover) and actor.role not in CREW:
        raise RoleNotAllowed(f"This needs one of: {', '.join(sorted(CREW))}. You are {actor.role}.")
    return actor


BookingsRead = MoverOrCustomer
BookingsWrite = Annotated[Mover | Customer, Depends(office_or_customer)]
BookingsDispatch = Annotated[Mover, Depends(allow(*OFFICE))]
# The crew reports from the road.
BookingsWork = Annotated[Mover, Depends(allow(*CREW))]
BookingsMeet = Annotated[Mover | Customer, Depends(crew_or_customer)]
BoardRead = CurrentMover
BookingsManage = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER))]
PolicyRead = CurrentMover
PolicyWrite = Annotated[Mover, Depends(allow(Role.OWNER, Role.MANAGER))]
