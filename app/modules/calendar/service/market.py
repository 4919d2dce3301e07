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
from app.runtime.db.session import DriverRow, ReadSession

EVERY_TRUCK: Final = TruckLimit()
KINDS: Final = {kind.value: kind for kind in ResourceKind}
NO_SKILLS: Final[frozenset[str]] = frozenset()


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
    lengths = {one: asked.length for one, asked in asks.items()}
    rows = await repository.find_taken_starts(session, lengths, starts, job, limits)
    last_days = {
        length: [Window(start, start + length).last_day(job.zone) for start in starts]
        for length in set(lengths.values())
    }
    every = first_days(len(starts))
    return {
        row.org_id: rules.starts_that_suit(
            list(_taken_starts(row, every, limits.get(row.org_id))),
            last_days[lengths[row.org_id]],
            asks[row.org_id].need,
        )
        for row in rows
    }


def _taken_starts(row: DriverRow, every: int, limits: Mapping[UUID, int] | None) -> Iterator[TakenStarts]:
    told = zip(row.kinds, row.cuft, row.pounds, row.usable_until, row.taken, row.truck_ids, row.skills, strict=True)
    for kind, cuft, pounds, usable_until, taken, truck_id, skills in told:
        barred = 0 if limits is None or truck_id is None else every & ~limits.get(truck_id, 0)
        known = frozenset(skills.split()) if skills else NO_SKILLS
        yield TakenStarts(KINDS[kind], cuft, pounds, usable_until, taken | barred, known)


async def whole_capacity(session: ReadSession, org_ids: Sequence[UUID], need: Need) -> dict[UUID, FreeCapacity]:
    """What each company would have for a job with an empty calendar."""
    return _by_company(await repository.find_whole_capacity(session, org_ids, need))


def _skilled(of_drivers: Sequence[str] | None, of_helpers: Sequence[str] | None) -> Iterator[Skilled]:
    told = [(True, one) for one in of_drivers or ()] + [(False, one) for one in of_helpers or ()]
    for number, (is_driver, skills) in enumerate(told):
        yield Skilled(number, is_driver, frozenset(skills.split()))


def _by_company(rows: Sequence[DriverRow]) -> dict[UUID, FreeCapacity]:
    return {
        org_id: FreeCapacity(
            trucks=tuple(zip(cuft or (), pounds or (), strict=True)),
            drivers=drivers,
            helpers=helpers,
            sold_out=tuple(zip(sold_cuft or (), sold_pounds or (), strict=True)),
            skilled=tuple(_skilled(skilled_drivers, skilled_helpers)),
        )
        for (
            org_id,
            cuft,
            pounds,
            sold_cuft,
            sold_pounds,
            skilled_drivers,
            skilled_helpers,
            drivers,
            helpers,
        ) in rows
    }
