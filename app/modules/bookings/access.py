from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, MoverMember, Role
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member, allow_or_customer

OFFICE = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)
CREW = (*OFFICE, Role.DRIVER)

BookingsRead = Annotated[Mover | Customer, Depends(allow_or_customer(scope=Scope.BOOKINGS_READ))]
BookingsWrite = Annotated[Mover | Customer, Depends(allow_or_customer(*OFFICE, scope=Scope.BOOKINGS_WRITE))]
BookingsDispatch = Annotated[Mover, Depends(allow(*OFFICE, scope=Scope.BOOKINGS_DISPATCH))]
# The crew reports from the road.
BookingsWork = Annotated[Mover, Depends(allow(*CREW, scope=Scope.BOOKINGS_WORK))]
BookingsMeet = Annotated[Mover | Customer, Depends(allow_or_customer(*CREW, scope=Scope.BOOKINGS_WORK))]
BoardRead = Annotated[Mover, Depends(allow(scope=Scope.BOOKINGS_READ))]
# That a job goes on without the customer's code is a person's decision.
BookingsManage = Annotated[MoverMember, Depends(allow_member(Role.OWNER, Role.MANAGER))]
PolicyRead = Annotated[Mover, Depends(allow(scope=Scope.BOOKINGS_READ))]
PolicyWrite = Annotated[MoverMember, Depends(allow_member(Role.OWNER, Role.MANAGER))]
# A link outlives the key that made it: links are made by people.
FeedsKeep = Annotated[MoverMember, Depends(allow_member(*OFFICE))]
