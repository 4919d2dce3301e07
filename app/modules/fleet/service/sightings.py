"""Where trucks are: the last that was told of each is kept, nothing before it."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.modules.fleet import repository, rules
from app.modules.fleet.errors import Retired, SightingInFuture, TruckNotFound
from app.modules.fleet.values import Sighting
from app.runtime.db.session import WriteSession

POINTER: Final = "/recorded_at"


async def report_sighting(session: WriteSession, actor: Mover, truck_id: UUID, told: Sighting) -> Sighting:
    """Where the truck was seen last: `told`, or what is kept when that is younger. Its version stays.

    Locks: the truck. Raises: SightingInFuture (422), TruckNotFound (404), Retired (409).
    """
    if rules.is_in_future(told.recorded_at, actor.now):
        raise SightingInFuture(faults=(Fault(POINTER, SightingInFuture.code, "This has not been yet."),))
    truck = await repository.lock_truck(session, actor.org_id, truck_id)
    if truck is None:
        raise TruckNotFound
    if truck.retired_at is not None:
        raise Retired
    kept = truck.last_seen
    if kept is not None and kept.recorded_at >= told.recorded_at:
        return kept
    truck.location, truck.located_at = told.location, told.recorded_at
    await session.flush()
    return told
