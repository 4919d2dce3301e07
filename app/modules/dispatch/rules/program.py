"""A day as a program for the solver: what is to be chosen, what must hold, and what each choice costs.

Costs are minutes of driving; what else a dispatcher minds stands beside them as minutes of the same worth. A job that
is left over keeps what it has: that is a choice as well, so the program always has an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import combinations
from typing import Final
from uuid import UUID

from app.kernel.ports.solving import Column, Program, Row
from app.kernel.roads import road_minutes
from app.modules.bookings.public import DayJob
from app.modules.calendar.public import ResourceKind, ResourceSpec
from app.modules.dispatch.rules.day import HOURS_A_WEEK, Day, Key, hours_of

LEFT_OVER: Final = 100_000.0
A_TRUCK: Final = 120.0
EMPTY_ROOM: Final = 30.0  # of a truck that would drive empty
A_CHANGE: Final = 5.0
A_DRIVER_WHO_CARRIES: Final = 10.0
AN_HOUR_OF_THE_WEEK: Final = 0.2  # for each hour that the same person has worked already
THE_LONGEST_DAY: Final = 20.0  # for each hour of whoever works most
MOST_AT_ONE_JOB: Final = 40
CHAIN_WITHIN: Final = timedelta(hours=3)
MOST_CHAINS: Final = 4_000


@dataclass(slots=True)
class Draft:
    """The program as it grows. `gives`: the column of (resource, job); `leaves`: that of a job left over."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    gives: dict[tuple[UUID, Key], int] = field(default_factory=dict)
    leaves: dict[Key, int] = field(default_factory=dict)

    def add(self, column: Column, start: float = 0.0) -> int:
        self.columns.append(column)
        self.start.append(start)
        return len(self.columns) - 1

    def given_to(self, job: DayJob, resources: Sequence[ResourceSpec]) -> list[tuple[ResourceSpec, int]]:
        return [(one, self.gives[one.id, job.key]) for one in resources if (one.id, job.key) in self.gives]

    @property
    def program(self) -> Program:
        return Program(self.columns, self.rows, self.start)


def draft_program(day: Day) -> Draft:
    draft = Draft()
    for job in day.jobs:
        draft.leaves[job.key] = draft.add(Column(LEFT_OVER), start=1.0)
        volume, _ = day.size_of(job)
        for one in day.resources:
            if day.can_be_given(one, job):
                draft.gives[one.id, job.key] = draft.add(Column(_cost(day, one, job, volume)))
        draft.rows += _suffices(day, draft, job)
    draft.rows += _once(day, draft)
    _share_hours(day, draft)
    _save_ways(day, draft)
    return draft


def _cost(day: Day, one: ResourceSpec, job: DayJob, volume: int) -> float:
    had = one.id in job.truck_ids or one.id in job.driver_ids
    change = 0.0 if had else A_CHANGE
    if one.kind is ResourceKind.TRUCK:
        room = max(0.0, 1 - volume / one.capacity_cuft)
        yard = day.yards[one.id]
        way = road_minutes(yard, job.stops.first) + road_minutes(job.stops.last, yard)
        return A_TRUCK + way + room * EMPTY_ROOM + change
    carries = A_DRIVER_WHO_CARRIES if one.kind is ResourceKind.DRIVER else 0.0
    return carries + change + AN_HOUR_OF_THE_WEEK * day.hours_before(one.id) * hours_of(job.worked)


def _suffices(day: Day, draft: Draft, job: DayJob) -> Iterator[Row]:
    """Enough room, payload, drivers with the licence, people and skills, or left over and given nothing."""
    trucks, people = draft.given_to(job, day.trucks), draft.given_to(job, day.people)
    left = draft.leaves[job.key]
    volume, weight = day.size_of(job)
    yield Row({**{column: float(one.capacity_cuft) for one, column in trucks}, left: volume}, least=volume)
    yield Row({**{column: float(one.max_weight_lb) for one, column in trucks}, left: weight}, least=weight)
    fewest = 1 if job.leg is None else len(job.truck_ids)
    yield Row({**{column: 1.0 for _, column in trucks}, left: fewest}, least=fewest)
    yield Row({**{column: 1.0 for _, column in people}, left: job.crew_size}, least=job.crew_size)
    for level in (0, 1, 2):
        driven = {column: -1.0 for one, column in trucks if day.level_of(one) >= level}
        able = {column: 1.0 for one, column in people if one.kind is ResourceKind.DRIVER and day.level_of(one) >= level}
        yield Row({**driven, **able}, least=0.0)
    for skill in job.skills:
        yield Row({**{column: 1.0 for one, column in people if skill in one.skills}, left: 1.0}, least=1.0)
    both = {column: 1.0 for _, column in (*trucks, *people)}
    yield Row({**both, left: MOST_AT_ONE_JOB}, most=MOST_AT_ONE_JOB)


def _once(day: Day, draft: Draft) -> Iterator[Row]:
    """Nobody does two jobs that exclude each other; a job left over still has what it had."""
    groups: dict[tuple[bool, int], list[ResourceSpec]] = {}
    for one in day.resources:
        groups.setdefault((one.kind is ResourceKind.TRUCK, one.turnaround_minutes), []).append(one)
    for alike in groups.values():
        for clique in cliques(day.jobs, partial(day.excludes, alike[0])):
            for one in alike:
                yield from _at_most_once(draft, one, clique)


def _at_most_once(draft: Draft, one: ResourceSpec, clique: Sequence[DayJob]) -> Iterator[Row]:
    given = {draft.gives[one.id, job.key]: 1.0 for job in clique if (one.id, job.key) in draft.gives}
    if not given:
        return
    had = [draft.leaves[job.key] for job in clique if one.id in job.truck_ids or one.id in job.driver_ids]
    if len(given) + len(had) < 2:  # noqa: PLR2004
        return
    # Two that have it already may both be left over: that is no worse than it stands.
    for left in [{column: 1.0} for column in had] or [{}]:
        yield Row({**given, **left}, most=1.0)


def cliques(jobs: Sequence[DayJob], excludes: Callable[[DayJob, DayJob], bool]) -> Iterator[list[DayJob]]:
    """Sets of jobs of which each two exclude each other, so that every such pair is in one of them."""
    pairs = {(a, b) for a, b in combinations(range(len(jobs)), 2) if excludes(jobs[a], jobs[b])}
    known = pairs | {(b, a) for a, b in pairs}
    covered: set[tuple[int, int]] = set()
    for pair in sorted(pairs):
        if pair in covered:
            continue
        members = list(pair)
        for other in range(len(jobs)):
            if other not in members and all((other, one) in known for one in members):
                members.append(other)
        covered.update(combinations(sorted(members), 2))
        yield [jobs[one] for one in sorted(members)]


def _share_hours(day: Day, draft: Draft) -> None:
    """The week's limit for each, and a price on the hours of whoever is given most."""
    longest = draft.add(Column(THE_LONGEST_DAY, most=1_000.0, is_whole=False))
    for one in day.people:
        hours = {
            draft.gives[one.id, job.key]: hours_of(job.worked) for job in day.jobs if (one.id, job.key) in draft.gives
        }
        if hours:
            draft.rows.append(Row(hours, most=HOURS_A_WEEK - day.hours_before(one.id)))
            draft.rows.append(Row({**hours, longest: -1.0}, most=0.0))


def _save_ways(day: Day, draft: Draft) -> None:
    """A truck that goes on to the next job saves the way to its yard and back."""
    trucks = day.trucks
    chains = [
        (one, a, b)
        for a in day.jobs
        for b in day.jobs
        if timedelta(0) <= b.window.starts_at - a.window.ends_at <= CHAIN_WITHIN
        for one in trucks
        if (one.id, a.key) in draft.gives and (one.id, b.key) in draft.gives
    ]
    follows: dict[tuple[UUID, Key], dict[int, float]] = {}
    precedes: dict[tuple[UUID, Key], dict[int, float]] = {}
    for one, a, b in chains[:MOST_CHAINS]:
        yard = day.yards[one.id]
        saved = road_minutes(a.stops.last, yard) + road_minutes(yard, b.stops.first)
        saved -= road_minutes(a.stops.last, b.stops.first)
        if saved <= 0:
            continue
        chain = draft.add(Column(-saved, is_whole=False))
        follows.setdefault((one.id, a.key), {})[chain] = 1.0
        precedes.setdefault((one.id, b.key), {})[chain] = 1.0
    for key, weights in (*follows.items(), *precedes.items()):
        draft.rows.append(Row({**weights, draft.gives[key]: -1.0}, most=0.0))
