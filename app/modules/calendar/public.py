"""What other modules may ask of the calendar."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.modules.calendar import repository, rules, service
from app.modules.calendar.errors import (
    DayFull,
    ResourceNotFound,
    ResourceStillTaken,
    SlotTaken,
    TimeOffNotFound,
    TooLarge,
    WindowRefused,
)
from app.modules.calendar.service import Ask
from app.modules.calendar.values import (
    LONGEST_TURNAROUND_MINUTES,
    LONGEST_WINDOW,
    SHORTEST_WINDOW,
    Asked,
    Availability,
    Busy,
    FreeCapacity,
    Lane,
    LegAsk,
    LegKind,
    Need,
    Part,
    ResourceKind,
    ResourceSpec,
    StartedJob,
    Stops,
    Taken,
    TimeOff,
    TruckLimit,
    Window,
)
from app.runtime.db.session import ReadSession, WriteSession

__all__ = [
    "LICENCE_CLASSES",
    "LONGEST_TURNAROUND_MINUTES",
    "LONGEST_WINDOW",
    "PRINTED_CLASS",
    "SHORTEST_WINDOW",
    "TRUCKS",
    "Ask",
    "Asked",
    "Availability",
    "Busy",
    "DayFull",
    "FreeCapacity",
    "Lane",
    "LegAsk",
    "LegKind",
    "Need",
    "Part",
    "ResourceKind",
    "ResourceNotFound",
    "ResourceSpec",
    "ResourceStillTaken",
    "SlotTaken",
    "StartedJob",
    "Stops",
    "Taken",
    "TimeOff",
    "TimeOffNotFound",
    "TooLarge",
    "TruckLimit",
    "Wanted",
    "Window",
    "WindowRefused",
    "cancel_time_off",
    "change_resource",
    "check_resource",
    "check_window",
    "clashes",
    "class_of_truck",
    "classes_of",
    "count_in_service",
    "days_window",
    "foresee_legs",
    "foresee_move",
    "forget_stops",
    "free_capacity",
    "give_back",
    "horizon_of",
    "is_usable",
    "keep",
    "list_lanes",
    "list_resources",
    "list_taken",
    "list_time_off",
    "lock",
    "may_drive",
    "move",
    "register_resource",
    "release",
    "release_leg",
    "reserve",
    "reserve_legs",
    "reserve_named",
    "retire_resource",
    "set_turnaround",
    "show_availability",
    "suffices",
    "suiting_starts",
    "swap",
    "swap_leg",
    "take_time_off",
    "whole_capacity",
    "works",
]

Wanted = rules.Wanted
LICENCE_CLASSES = rules.CLASSES
# As orgs.COMPANIES: for other modules' statements.
TRUCKS = repository.TRUCKS
PRINTED_CLASS = rules.PRINTED_CLASS
check_window = rules.check_window
class_of_truck = rules.class_of_truck
classes_of = rules.classes_of
may_drive = rules.may_drive
clashes = rules.clashes
is_usable = rules.is_usable
list_taken = service.list_taken
list_resources = repository.list_resources
lock = repository.lock_resources
suffices = rules.suffices
works = rules.works
reserve = service.reserve
reserve_legs = service.reserve_legs
foresee_legs = service.foresee_legs
reserve_named = service.reserve_named
swap = service.swap
swap_leg = service.swap_leg
release_leg = service.release_leg
move = service.move
days_window = rules.days_window
horizon_of = rules.horizon_of
list_lanes = service.list_lanes
show_availability = service.show_availability
foresee_move = service.foresee_move
retire_resource = service.retire_resource
take_time_off = service.take_time_off
cancel_time_off = service.cancel_time_off
count_in_service = service.count_in_service
set_turnaround = service.set_turnaround
free_capacity = service.free_capacity
give_back = repository.give_back
suiting_starts = service.suiting_starts
whole_capacity = service.whole_capacity


async def register_resource(session: WriteSession, org_id: UUID, resource: ResourceSpec) -> None:
    await repository.insert_resource(session, org_id, resource)


async def check_resource(
    session: ReadSession, org_id: UUID, resource_id: UUID, kind: ResourceKind | None = None
) -> None:
    """Raises: ResourceNotFound (404) for one that is not the company's, is retired or of another kind."""
    known = {one.id for one in await repository.list_resources(session, org_id) if kind in (None, one.kind)}
    if resource_id not in known:
        raise ResourceNotFound


async def change_resource(session: WriteSession, org_id: UUID, resource: ResourceSpec) -> None:
    """Raises: ResourceNotFound (404)."""
    if not await repository.update_resource(session, org_id, resource):
        raise ResourceNotFound


async def list_time_off(session: ReadSession, org_id: UUID, resource_id: UUID, now: datetime) -> list[TimeOff]:
    """What is still to come, the earliest first."""
    rows = await repository.list_time_off(session, org_id, resource_id, now)
    return [TimeOff(row.source_id, resource_id, Window(row.starts_at, row.ends_at)) for row in rows]


async def keep(session: WriteSession, org_id: UUID, source_id: UUID) -> int:
    """A hold becomes a promise: its reservations do not expire any more. How many resources it still had: one
    that is past its time may have given way to somebody else.
    """
    return await repository.keep_source(session, org_id, source_id)


async def release(session: WriteSession, org_id: UUID, source_id: UUID) -> int:
    """Free whatever the source has taken, at once; how many resources that were."""
    return await repository.release_source(session, org_id, source_id)


async def forget_stops(session: WriteSession, org_id: UUID, source_id: UUID) -> None:
    """Where a job that is over began and ended: nobody drives from there any more."""
    await repository.forget_stops(session, org_id, source_id)
