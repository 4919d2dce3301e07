from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Customer, Mover, MoverMember
from app.kernel.permissions import ROLES, Permission
from app.kernel.scopes import Scope
from app.runtime.auth.dependencies import allow, allow_member, allow_or_customer

BookingsRead = Annotated[
    Mover | Customer, Depends(allow_or_customer(Permission.BOOKINGS_READ, scope=Scope.BOOKINGS_READ))
]
# What a booking costs to leave: to members as prices are, not to drivers.
CancellationRead = Annotated[
    Mover | Customer, Depends(allow_or_customer(Permission.PRICES_READ, scope=Scope.BOOKINGS_READ))
]
BookingsWrite = Annotated[
    Mover | Customer, Depends(allow_or_customer(Permission.BOOKINGS_WRITE, scope=Scope.BOOKINGS_WRITE))
]
BookingsDispatch = Annotated[Mover, Depends(allow(Permission.BOOKINGS_DISPATCH, scope=Scope.BOOKINGS_DISPATCH))]
# The crew reports from the road.
BookingsWork = Annotated[Mover, Depends(allow(Permission.BOOKINGS_WORK, scope=Scope.BOOKINGS_WORK))]
BookingsMeet = Annotated[
    Mover | Customer, Depends(allow_or_customer(Permission.BOOKINGS_WORK, scope=Scope.BOOKINGS_WORK))
]
BoardRead = Annotated[Mover, Depends(allow(Permission.BOARD_READ, scope=Scope.BOOKINGS_READ))]
# To a driver the database shows the bookings that they are on (rls.OWN_JOBS), and the board their own lane.
JobsRead = Annotated[Mover, Depends(allow(Permission.JOBS_READ, scope=Scope.BOOKINGS_READ))]
# That a job goes on without the customer's code is a person's decision.
BookingsManage = Annotated[MoverMember, Depends(allow_member(Permission.BOOKINGS_MANAGE))]
AvailabilityRead = Annotated[Mover, Depends(allow(Permission.AVAILABILITY_READ, scope=Scope.BOOKINGS_READ))]
PricesRead = Annotated[Mover, Depends(allow(Permission.PRICES_READ, scope=Scope.PRICES_READ))]
PolicyRead = Annotated[Mover, Depends(allow(Permission.BOOKING_RULES_READ, scope=Scope.BOOKINGS_READ))]
PolicyWrite = Annotated[MoverMember, Depends(allow_member(Permission.BOOKING_RULES_WRITE))]
# A link outlives the key that made it: links are made by people.
FeedsKeep = Annotated[MoverMember, Depends(allow_member(Permission.FEEDS_KEEP))]


def sees_prices(actor: Mover | Customer) -> bool:
    """Of a booking that they may read. To an API key it is part of the booking; a driver reads all but this."""
    return not isinstance(actor, MoverMember) or actor.role in ROLES[Permission.PRICES_READ]
