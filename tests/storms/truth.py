"""What must be true after a storm, read from the database as its administrator and held against what clients were told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final
from uuid import UUID

import asyncpg

from tests.conftest import Logins
from tests.factories.calendar import administrator, untruths
from tests.storms.people import Episode, Life, Log, Refusal

STORED: Final = """
SELECT b.id::text, b.status, b.starts_at, b.ends_at, b.truck_ids || b.driver_ids AS resource_ids,
    array(SELECT s.to_status FROM app.booking_steps AS s WHERE s.org_id = b.org_id AND s.booking_id = b.id
        ORDER BY s.at, s.id) AS steps
FROM app.bookings AS b WHERE b.org_id = ANY($1)
"""
# Way and turnaround between two jobs in one town: whoever is nearer than this may be in the way.
NEAR: Final = timedelta(hours=2)


async def untruths_of(logins: Logins, log: Log, org_ids: Sequence[UUID]) -> list[str]:
    """All that is not as it must be; empty after a good storm."""
    found = list(log.wrong)
    for org_id in org_ids:
        wrong = await untruths(logins, org_id, datetime.now(UTC))
        found += [f"{org_id}: {name} {value}" for name, value in wrong.items() if value]
    async with administrator(logins) as connection:
        stored = {row["id"]: row for row in await connection.fetch(STORED, org_ids)}
    known = {life.id for life in log.lives}
    found += [f"{one}: stands, and nobody was told of it" for one in stored.keys() - known]
    for life in log.lives:
        found += _differences(life, stored.get(life.id))
    return found + _unexplained(log)


def _differences(life: Life, row: asyncpg.Record | None) -> list[str]:
    """What a client was told last, and what of it does not stand."""
    if row is None:
        return [f"{life.id}: was told as {life.statuses}, and is nowhere"]
    told = life.told
    ends_as = {told["status"]} | ({"expired"} if told["status"] == "held" else set())
    wrong = []
    if row["status"] not in ends_as:
        wrong.append(f"{life.id}: told as {life.statuses}, stored as {row['status']}")
    if [datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at")] != [row["starts_at"], row["ends_at"]]:
        wrong.append(f"{life.id}: told {told['starts_at']}, stored {row['starts_at']}")
    if {*told["truck_ids"], *told["driver_ids"]} != {str(one) for one in row["resource_ids"]}:
        wrong.append(f"{life.id}: other trucks or people than told")
    steps = [status for status in row["steps"] if status != "expired"]
    if _changes(steps) != _changes(life.statuses):
        wrong.append(f"{life.id}: told as {life.statuses}, its history says {row['steps']}")
    return wrong


def _changes(statuses: Iterable[Any]) -> list[str]:
    return [status for status, _ in groupby(statuses)]


def _unexplained(log: Log) -> list[str]:
    """Refusals of resources that nothing can have taken at any moment while they were asked for."""
    by_resource: dict[str, list[Episode]] = {}
    for life in log.lives:
        for episode in life.episodes:
            for resource_id in episode.resource_ids:
                by_resource.setdefault(resource_id, []).append(episode)
    return [
        f"refused from {refusal.starts_at} to {refusal.ends_at}, and all was free"
        for refusal in log.refusals
        if not any(_explains(one, refusal) for key in refusal.resource_ids for one in by_resource.get(key, ()))
    ]


def _explains(episode: Episode, refusal: Refusal) -> bool:
    is_near = episode.starts_at < refusal.ends_at + NEAR and refusal.starts_at < episode.ends_at + NEAR
    return is_near and episode.since < refusal.until and refusal.since < episode.until


def are_near(one: Life, other: Life) -> bool:
    """Whether two bookings may be in each other's way, by what each has last."""
    mine, theirs = one.episodes[-1], other.episodes[-1]
    is_near = mine.starts_at < theirs.ends_at + NEAR and theirs.starts_at < mine.ends_at + NEAR
    return is_near and bool(mine.resource_ids & theirs.resource_ids)
