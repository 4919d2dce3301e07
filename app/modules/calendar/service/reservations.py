from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, islice
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.geo import Point
from app.kernel.ids import new_id
from app.modules.calendar import repository, rules
from app.modules.calendar.errors import (
    DayFull,
    ResourceNotFound,
    ResourceStillTaken,
    SlotTaken,
    TimeOffNotFound,
    TooLarge,
)
from app.modules.calendar.values import (
    MOST_ALTERNATIVES,
    Availability,
    Busy,
    Lane,
    Need,
    Part,
    ReservationKind,
    ResourceKind,
    ResourceSpec,
    Stops,
    Taken,
    Window,
)
from app.runtime.db.session import DriverRow, ReadSession, WriteSession

Suiting = Callable[[Sequence[ResourceSpec]], bool]
AnyOf = Sequence[Sequence[UUID]]


@dataclass(frozen=True, slots=True)
class Ask:
    """One job's wish: its window, by the wall clock of `zone`; who it is for; `held_until` for a hold; its `stops`,
    None only for a question without places: no drive is reckoned. `within_limits`: it is a job to be sold, and may be
    one too many for the day; not where one that stands is given other trucks. `parts`: what it is written down as,
    where it takes several days; they fill the window.
    """

    org_id: UUID
    source_id: UUID
    window: Window
    zone: str
    now: datetime
    stops: Stops | None
    held_until: datetime | None = None
    within_limits: bool = True
    parts: tuple[Part, ...] = ()

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def last_day(self) -> date:
        return self.window.last_day(self.clock)

    @property
    def wanted(self) -> rules.Wanted:
        return rules.Wanted(self.window, self.clock, self.now, self.stops, self.within_limits, self.source_id)


async def reserve(session: WriteSession, ask: Ask, need: Need, without: Collection[UUID] = ()) -> Taken:
    """Take the trucks and the crew that fit best, all or nothing, and none of `without`.

    Locks: the company's resources in id order.
    Raises: TooLarge (409) when even an empty calendar would not do, SlotTaken (409) or DayFull (409) with alternatives.
    """
    resources = await repository.lock_resources(session, ask.org_id)

    def choose(free: Sequence[ResourceSpec]) -> Taken | None:
        return rules.pick([one for one in free if one.id not in without], need)

    if choose([one for one in resources if rules.is_usable(one, ask.last_day)]) is None:
        raise TooLarge
    busy = await near(session, ask, resources, ask.window)
    taken = choose(rules.free_in(resources, live(busy, ask.now), ask.wanted))
    if taken is not None:
        chosen = [resource for resource in resources if resource.id in taken.resource_ids]
        if await _take(session, ask, chosen, busy):
            return taken
    raise await _slot_taken(session, ask, resources, lambda free: choose(free) is not None)


async def reserve_named(
    session: WriteSession, ask: Ask, resource_ids: Sequence[UUID], any_of: AnyOf = ()
) -> list[ResourceSpec]:
    """Take just these resources, and one more for each of `any_of`, from among those; all or nothing.

    Locks: all of these resources in id order; with them all trucks, where it is a job to be sold and days are limited.
    Raises: ResourceNotFound (404) for one that is not the company's or is retired, SlotTaken (409), DayFull (409).
    """
    lock = repository.lock_for_sale if ask.within_limits else repository.lock_resources
    resources = await lock(session, ask.org_id, [*resource_ids, *chain.from_iterable(any_of)])
    return await take_named(session, ask, resources, resource_ids, any_of)


async def swap(session: WriteSession, ask: Ask, old_ids: Sequence[UUID], new_ids: Sequence[UUID]) -> list[ResourceSpec]:
    """Give the source these resources instead of the old ones, all or nothing.

    Locks: old and new resources together, in id order.
    Raises: ResourceNotFound (404), SlotTaken (409).
    """
    locked = await repository.lock_resources(session, ask.org_id, [*old_ids, *new_ids])
    await repository.release_source(session, ask.org_id, ask.source_id)
    return await take_named(session, ask, [r for r in locked if r.id in set(new_ids)], new_ids)


async def move(
    session: WriteSession, ask: Ask, old_ids: Sequence[UUID], need: Need | None, equipment_ids: Sequence[UUID] = ()
) -> list[ResourceSpec]:
    """Give the source another window: with the resources that it has, or, when they are taken there and there is a
    need to choose by, with the best that are free and the same pieces of equipment. All or nothing.

    Locks: the company's resources in id order; without a need the old ones, and all trucks where days are limited.
    Raises: SlotTaken (409) or DayFull (409) with alternatives; the caller's transaction keeps the old window by ending.
    """
    if need is None:
        resources = await repository.lock_for_sale(session, ask.org_id, [*old_ids, *equipment_ids])
    else:
        resources = await repository.lock_all_and(session, ask.org_id, equipment_ids)
    await repository.release_source(session, ask.org_id, ask.source_id)
    busy = await near(session, ask, resources, ask.window)

    def choose(free: Sequence[ResourceSpec]) -> list[ResourceSpec]:
        return rules.choose_again(free, old_ids, need, equipment_ids)

    chosen = choose(rules.free_in(resources, live(busy, ask.now), ask.wanted))
    if chosen and await _take(session, ask, chosen, busy):
        return chosen
    raise await _slot_taken(session, ask, resources, lambda free: bool(choose(free)))


async def foresee_move(
    session: ReadSession, ask: Ask, old_ids: Sequence[UUID], need: Need | None, equipment_ids: Sequence[UUID] = ()
) -> SlotTaken | None:
    """How `move` would be refused, with nothing locked; None: it would not."""
    resources = await repository.list_resources(session, ask.org_id)
    horizon = rules.horizon_of(ask.window)
    rows = await near(session, ask, resources, horizon)
    busy = live([row for row in rows if row.source_id != ask.source_id], ask.now)

    def suits(free: Sequence[ResourceSpec]) -> bool:
        return bool(rules.choose_again(free, old_ids, need, equipment_ids))

    if suits(rules.free_in(resources, busy, ask.wanted)):
        return None
    return _offering(resources, busy, ask, suits)


async def show_availability(session: ReadSession, ask: Ask, need: Need) -> Availability:
    """What is free for a window and what is not, with nothing locked.

    Raises: WindowRefused (422).
    """
    rules.check_window(ask.window, ask.now, "query:")
    resources = await repository.list_resources(session, ask.org_id)
    rows = await near(session, ask, resources, rules.horizon_of(ask.window))
    busy = live(rows, ask.now)
    free = rules.free_in(resources, busy, ask.wanted)
    others = rules.free_windows(resources, busy, ask.wanted, lambda free: rules.pick(free, need) is not None)
    taken = {key: sorted(b.window for b in all_ if b.window.overlaps(ask.window)) for key, all_ in busy.items()}
    return Availability(
        fits=rules.pick(free, need) is not None,
        free=tuple(free),
        busy={key: windows for key, windows in taken.items() if windows},
        next_windows=tuple(islice(others, MOST_ALTERNATIVES)),
    )


async def list_lanes(
    session: ReadSession, org_id: UUID, window: Window, now: datetime, resource_id: UUID | None = None
) -> list[Lane]:
    """The board's lanes, trucks first; one of them for a `resource_id`. Raises: ResourceNotFound (404)."""
    rows = await repository.list_lanes(session, org_id, window, now, resource_id)
    if resource_id is not None and not rows:
        raise ResourceNotFound
    return [Lane(row.id, ResourceKind(row.kind), row.taken) for row in rows]


async def list_taken(
    session: ReadSession, org_id: UUID, resource_ids: Sequence[UUID], window: Window, now: datetime
) -> list[tuple[UUID, UUID, Busy]]:
    """What takes these resources in the window and within a drive of it: each with the resource and the source."""
    rows = await repository.list_busy(session, org_id, resource_ids, window, goes_far=True)
    return [
        (row.resource_id, row.source_id, Busy(Window(row.starts_at, row.ends_at), _stops(row), row.source_id))
        for row in rows
        if _is_live(row, now)
    ]


async def near(
    session: ReadSession, ask: Ask, resources: Sequence[ResourceSpec], window: Window
) -> Sequence[DriverRow]:
    """What takes these resources in the window, and within a drive of it; where days are limited, on its whole days."""
    limits = rules.limits_of(resources) if ask.within_limits else None
    if limits is not None:
        days = rules.days_of(window, limits)
        window = Window(min(days.starts_at, window.starts_at), max(days.ends_at, window.ends_at))
    goes_far = ask.stops is not None and ask.stops.is_far
    return await repository.list_busy(session, ask.org_id, [r.id for r in resources], window, goes_far=goes_far)


async def take_named(
    session: WriteSession,
    ask: Ask,
    locked: list[ResourceSpec],
    resource_ids: Sequence[UUID],
    any_of: AnyOf = (),
    *,
    is_alone: bool = True,
) -> list[ResourceSpec]:
    """As `reserve_named`, of what is locked. `is_alone`: unless it is one leg of several, whose refusal offers no other
    window for it alone.

    Raises: ResourceNotFound (404), SlotTaken (409), DayFull (409).
    """
    known = {one.id for one in locked}
    if not known.issuperset(resource_ids):
        raise ResourceNotFound
    busy = await near(session, ask, locked, ask.window)
    free = rules.free_in(locked, live(busy, ask.now), ask.wanted)
    chosen = rules.choose_named(free, resource_ids, any_of)
    if chosen is not None and await _take(session, ask, chosen, busy):
        return chosen

    def suits(free: Sequence[ResourceSpec]) -> bool:
        return rules.choose_named(free, resource_ids, any_of) is not None

    if is_alone:
        taken = await _slot_taken(session, ask, locked, suits)
    else:
        taken = _refusal(locked, live(busy, ask.now), ask, suits).offering(())
    if not isinstance(taken, DayFull):
        taken.detail = "Not free, off duty, or without valid papers, for the whole window."
    taken.extensions["resource_ids"] = sorted(str(one) for one in rules.not_free(free, resource_ids, any_of))
    raise taken


async def _take(session: WriteSession, ask: Ask, chosen: Sequence[ResourceSpec], busy: Sequence[DriverRow]) -> bool:
    """Whether all of them were taken; when not, the caller raises and so gives back those that were."""
    ids = {resource.id for resource in chosen}
    # Under the locks: a hold past its time gives way here, so it never blocks, even with the sweeper dead.
    # So do those that were not counted among a day's jobs, unless one has been kept since it was read.
    counted = ask.within_limits and rules.limits_of(chosen) is not None
    dead = [row.id for row in busy if (counted or row.resource_id in ids) and not _is_live(row, ask.now)]
    if dead and await repository.release_dead(session, ask.org_id, dead, ask.now) < len(dead) and counted:
        return False
    rows = [
        repository.stops_row(stops)
        | repository.reservation_row(
            ask.org_id,
            resource,
            window,
            kind=ReservationKind.BOOKING,
            source_id=ask.source_id,
            held_until=ask.held_until,
            now=ask.now,
        )
        for window, stops in ask.parts or ((ask.window, ask.stops),)
        for resource in chosen
    ]
    # The constraint is the net below the locks: it refuses what a confirmation, which locks its own hold alone,
    # has kept since it was read.
    return await repository.insert_reservations(session, rows) == len(rows)


async def _slot_taken(session: WriteSession, ask: Ask, resources: Sequence[ResourceSpec], suits: Suiting) -> SlotTaken:
    """The refusal with what is free instead, read in the same transaction under the same locks."""
    busy = await near(session, ask, resources, rules.horizon_of(ask.window))
    return _offering(resources, live(busy, ask.now), ask, suits)


def _offering(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], ask: Ask, suits: Suiting
) -> SlotTaken:
    refused = _refusal(resources, busy, ask, suits)
    found = rules.free_windows(resources, busy, ask.wanted, suits)
    first = list(islice(found, MOST_ALTERNATIVES))
    refused.free = chain(first, found)
    return refused.offering(first)


def _refusal(
    resources: Sequence[ResourceSpec], busy: Mapping[UUID, Sequence[Busy]], ask: Ask, suits: Suiting
) -> SlotTaken:
    if not ask.within_limits or rules.limits_of(resources) is None:
        return SlotTaken()
    but_for_limits = rules.free_in(resources, busy, replace(ask.wanted, within_limits=False))
    return DayFull() if suits(but_for_limits) else SlotTaken()


def _is_live(row: DriverRow, now: datetime) -> bool:
    return row.held_until is None or bool(row.held_until > now)


def live(busy: Sequence[DriverRow], now: datetime) -> Mapping[UUID, list[Busy]]:
    by_resource: dict[UUID, list[Busy]] = defaultdict(list)
    known: dict[Hashable, Stops | None] = {}  # truck and people of one job share its stops
    for row in busy:
        if _is_live(row, now):
            place = (row.first_lat, row.first_lng, row.last_lat, row.last_lng, row.is_far)
            if place not in known:
                known[place] = _stops(row)
            taken = Busy(Window(row.starts_at, row.ends_at), known[place], row.source_id)
            by_resource[row.resource_id].append(taken)
    return by_resource


def _stops(row: DriverRow) -> Stops | None:
    if row.first_lat is None:
        return None
    # From the database, where they are checked: not once more, a refusal reads hundreds of them.
    first = Point.model_construct(lat=row.first_lat, lng=row.first_lng)
    return Stops(first, Point.model_construct(lat=row.last_lat, lng=row.last_lng), came_far=row.is_far)


async def retire_resource(session: WriteSession, org_id: UUID, resource_id: UUID, now: datetime) -> None:
    """Locks: the resource. Raises: ResourceNotFound (404), ResourceStillTaken (409)."""
    if not await repository.lock_resources(session, org_id, [resource_id]):
        raise ResourceNotFound
    if await repository.exists_taken_after(session, org_id, resource_id, now):
        raise ResourceStillTaken
    await repository.retire_resource(session, org_id, resource_id, now)


async def take_time_off(session: WriteSession, org_id: UUID, resource_id: UUID, window: Window, now: datetime) -> UUID:
    """Locks: the resource. Raises: WindowRefused (422), ResourceNotFound (404), SlotTaken (409)."""
    rules.check_window(window, now)
    locked = await repository.lock_resources(session, org_id, [resource_id])
    if not locked:
        raise ResourceNotFound
    busy = await repository.list_busy(session, org_id, [resource_id], window)
    inside = [row for row in busy if window.overlaps(Window(row.starts_at, row.ends_at))]
    if any(_is_live(row, now) for row in inside):
        raise SlotTaken("A job or other time off stands in this window.")
    await repository.release_dead(session, org_id, [row.id for row in inside], now)
    time_off_id = new_id()
    row = repository.stops_row(None) | repository.reservation_row(
        org_id,
        locked[0],
        window,
        kind=ReservationKind.TIME_OFF,
        source_id=time_off_id,
        held_until=None,
        now=now,
    )
    if await repository.insert_reservations(session, [row]) != 1:
        raise SlotTaken
    return time_off_id


async def cancel_time_off(session: WriteSession, org_id: UUID, resource_id: UUID, time_off_id: UUID) -> None:
    """Raises: TimeOffNotFound (404)."""
    if not await repository.release_time_off(session, org_id, resource_id, time_off_id):
        raise TimeOffNotFound


async def set_turnaround(session: WriteSession, org_id: UUID, minutes: int) -> None:
    """What lies between two jobs of each of the company's trucks and people, beside the drive. For jobs to come.

    Locks: the company's resources in id order.
    """
    await repository.lock_resources(session, org_id)
    await repository.set_turnaround(session, org_id, minutes)


async def count_in_service(session: ReadSession, org_id: UUID) -> dict[ResourceKind, int]:
    return {row.kind: row.in_service for row in await repository.count_in_service(session, org_id)}
