"""Where trucks are: the last that was told of each is kept, nothing before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover, MoverMember, Role
from app.kernel.errors import Fault
from app.modules.calendar import public as calendar
from app.modules.fleet import repository, rules
from app.modules.fleet.errors import Retired, SightingInFuture, TruckNotFound
from app.modules.fleet.values import Sighting
from app.runtime.db.session import ReadSession, WriteSession

POINTER: Final = "/recorded_at"
# To the first door and back to the yard: how long before and after a job its crew is on the road with its truck.
AROUND_A_JOB: Final = timedelta(hours=12)


async def report_sighting(session: WriteSession, actor: Mover, truck_id: UUID, told: Sighting) -> Sighting:
    """Where the truck was seen last: `told`, or what is kept when that is younger. Its version stays.

    A phone whose clock is ahead tells of now, so that it does not outdo those that are right. A driver tells of the
    trucks of the jobs that they are on about now; another is not found.
    Locks: the truck. Raises: SightingInFuture (422), TruckNotFound (404), Retired (409).
    """
    if rules.is_in_future(told.recorded_at, actor.now):
        raise SightingInFuture(faults=(Fault(POINTER, SightingInFuture.code, "This has not been yet."),))
    if not await _may_tell_of(session, actor, truck_id):
        raise TruckNotFound
    truck = await repository.lock_truck(session, actor.org_id, truck_id)
    if truck is None:
        raise TruckNotFound
    if truck.retired_at is not None:
        raise Retired
    told, kept = replace(told, recorded_at=min(told.recorded_at, actor.now)), truck.last_seen
    if kept is not None and kept.recorded_at >= told.recorded_at:
        return kept
    truck.location, truck.located_at = told.location, told.recorded_at
    await session.flush()
    return told


async def _may_tell_of(session: ReadSession, actor: Mover, truck_id: UUID) -> bool:
    if not isinstance(actor, MoverMember) or actor.role is not Role.DRIVER:
        return True
    crew_id = await repository.get_crew_id(session, actor.org_id, actor.user_id)
    return crew_id is not None and await _are_on_a_job(session, actor, truck_id, crew_id)


async def _are_on_a_job(session: ReadSession, actor: MoverMember, truck_id: UUID, crew_id: UUID) -> bool:
    """Whether the same job, or the same leg of it, has both of them about now."""
    about_now = calendar.Window(actor.now - AROUND_A_JOB, actor.now + AROUND_A_JOB)
    both = [truck_id, crew_id]
    taken = await calendar.list_taken(session, actor.org_id, both, about_now, actor.now)
    near = [(owner, (source, busy.window)) for owner, source, busy in taken if busy.window.overlaps(about_now)]
    jobs_of = [{job for owner, job in near if owner == one} for one in both]
    return not jobs_of[0].isdisjoint(jobs_of[1])
