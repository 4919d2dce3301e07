"""What the market asks of many companies at once: who has enough free, at one time or at many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.dayset import first_days
from app.modules.calendar import repository, rules
from app.modules.calendar.values import (
    Asked,
    FreeCapacity,
    Need,
    ResourceKind,
    Skilled,
    StartedJob,
    TakenStarts,
    TruckLimit,
    Window,
)
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession

EVERY_TRUCK: Final = TruckLimit()


async def free_capacity(
    session: ReadSession,
    lengths: Mapping[UUID, timedelta],
    starts_at: datetime,
    job: StartedJob,
    *,
    limit: TruckLimit = EVERY_TRUCK,
) -> dict[UUID, FreeCapacity]:
    """What each company has free from `starts_at` on for as long as it takes, and is there with in
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
    """Of each company, the starts (as bits) at which what it has free suffices; one statement.

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
    """What each company would have for a job with an empty calendar."""
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
