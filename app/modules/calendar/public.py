"""What other modules may ask of the calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.dayset import first_days
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
    Asked,
    Availability,
    Busy,
    FreeCapacity,
    Lane,
    Need,
    ResourceKind,
    ResourceSpec,
    Skilled,
    StartedJob,
    Stops,
    Taken,
    TakenStarts,
    TimeOff,
    TruckLimit,
    Window,
)
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

__all__ = [
    "LONGEST_TURNAROUND_MINUTES",
    "LONGEST_WINDOW",
    "Ask",
    "Asked",
    "Availability",
    "Busy",
    "DayFull",
    "FreeCapacity",
    "Lane",
    "Need",
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
    "count_in_service",
    "days_window",
    "foresee_move",
    "forget_stops",
    "free_capacity",
    "is_usable",
    "keep",
    "list_lanes",
    "list_resources",
    "list_taken",
    "list_time_off",
    "lock",
    "move",
    "register_resource",
    "release",
    "reserve",
    "reserve_named",
    "retire_resource",
    "set_turnaround",
    "show_availability",
    "suffices",
    "suiting_starts",
    "swap",
    "take_time_off",
    "whole_capacity",
    "works",
]

EVERY_TRUCK: Final = TruckLimit()
Wanted = rules.Wanted
check_window = rules.check_window
clashes = rules.clashes
is_usable = rules.is_usable
list_taken = service.list_taken
list_resources = repository.list_resources
lock = repository.lock_resources
suffices = rules.suffices
works = rules.works
reserve = service.reserve
reserve_named = service.reserve_named
swap = service.swap
move = service.move
days_window = rules.days_window
list_lanes = service.list_lanes
show_availability = service.show_availability
foresee_move = service.foresee_move
retire_resource = service.retire_resource
take_time_off = service.take_time_off
cancel_time_off = service.cancel_time_off
count_in_service = service.count_in_service
set_turnaround = service.set_turnaround


async def register_resource(session: WriteSession, org_id: UUID, resource: ResourceSpec) -> None:
    await repository.insert_resource(session, org_id, resource)


async def check_resource(session: ReadSession, org_id: UUID, resource_id: UUID) -> None:
    """Raises: ResourceNotFound (404) for one that is not the company's or is retired."""
    if resource_id not in {one.id for one in await repository.list_resources(session, org_id)}:
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


async def free_capacity(
    session: ReadSession,
    lengths: Mapping[UUID, timedelta],
    starts_at: datetime,
    job: StartedJob,
    *,
    limit: TruckLimit = EVERY_TRUCK,
) -> dict[UUID, FreeCapacity]:
    """For the market: what each company has free from `starts_at` on for as long as it takes, and is there with in
    time. A company with nothing free is absent.
    """
    windows = {one: Window(starts_at, starts_at + length) for one, length in lengths.items()}
    last_days = {window: window.last_day(job.zone) for window in set(windows.values())}
    there = [last_days[window] for window in windows.values()]
    return _by_company(await repository.find_free_capacity(session, windows, there, job, limit=limit))


async def suiting_starts(
    session: ReadSession,
    asks: Mapping[UUID, Asked],
    starts: Sequence[datetime],
    job: StartedJob,
    limits: Mapping[UUID, Mapping[UUID, int]],
) -> dict[UUID, int]:
    """For the market: of each company, the starts (as bits) at which what it has free suffices; one statement.

    `asks`: what each company's job asks of it. `starts` rise, and are `dayset.MOST_DAYS` at most. As `free_capacity`
    and `suffices` say of each start alone. `limits`: of these companies a truck counts on its own starts alone.
    """
    held: dict[UUID, list[TakenStarts]] = {}
    lengths = {one: asked.length for one, asked in asks.items()}
    for row in await repository.find_taken_starts(session, lengths, starts, job.stops, job.now):
        kind = ResourceKind(row.kind)
        taken = row.taken
        if kind is ResourceKind.TRUCK and row.org_id in limits:
            taken |= first_days(len(starts)) & ~limits[row.org_id].get(row.id, 0)
        resource = TakenStarts(kind, row.capacity_cuft, row.max_weight_lb, row.usable_until, taken, row.skills)
        held.setdefault(row.org_id, []).append(resource)
    last_days = {
        length: [Window(start, start + length).last_day(job.zone) for start in starts]
        for length in set(lengths.values())
    }
    return {
        one: rules.starts_that_suit(resources, last_days[lengths[one]], asks[one].need)
        for one, resources in held.items()
    }


async def whole_capacity(session: ReadSession, org_ids: Sequence[UUID], need: Need) -> dict[UUID, FreeCapacity]:
    """For the market: what each company would have for a job with an empty calendar."""
    return _by_company(await repository.find_whole_capacity(session, org_ids, need))


def _skilled(row: AnyRow) -> Iterator[Skilled]:
    told = [(True, one) for one in row.skilled_drivers or ()] + [(False, one) for one in row.skilled_helpers or ()]
    for number, (is_driver, skills) in enumerate(told):
        yield Skilled(number, is_driver, frozenset(skills.split()))


def _by_company(rows: Sequence[AnyRow]) -> dict[UUID, FreeCapacity]:
    return {
        row.org_id: FreeCapacity(
            trucks=tuple(zip(row.cuft or (), row.pounds or (), strict=True)),
            drivers=row.drivers,
            helpers=row.helpers,
            sold_out=tuple(zip(row.sold_cuft or (), row.sold_pounds or (), strict=True)),
            skilled=tuple(_skilled(row)),
        )
        for row in rows
    }
