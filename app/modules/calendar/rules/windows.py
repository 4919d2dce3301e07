"""Which windows can be asked for, which resources fit a job, and when the next free ones are."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.dayset import first_days, on_at_least, told_apart
from app.kernel.errors import Fault
from app.modules.calendar.errors import WindowRefused
from app.modules.calendar.rules.licences import PAYLOAD_OF_CLASS_B, class_of_truck, may_drive
from app.modules.calendar.rules.skills import cover
from app.modules.calendar.values import (
    LONGEST_WINDOW,
    SHORTEST_WINDOW,
    FreeCapacity,
    Need,
    ResourceKind,
    ResourceSpec,
    Skilled,
    Stops,
    Taken,
    TakenStarts,
    Window,
)

SEARCHED_DAYS: Final = 14
# Hours around the wanted one that a customer may still like, the nearest first.
NEARBY_HOURS: Final = (1, -1, 2, -2, 3, -3, 4, -4, 6, -6)
OTHER_HOURS: Final = tuple(sorted((hours for hours in range(-23, 24) if hours), key=lambda hours: (abs(hours), -hours)))
EARLIEST_HOUR: Final = 6
LATEST_HOUR: Final = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """A window that somebody asks for now, by the clock of a place; with its stops, when they are known.

    `within_limits`: it is a job to be sold, so that it may be one too many for the day. `source_id`: who asks; what it
    has already is no other job of the day.
    """

    window: Window
    zone: ZoneInfo
    now: datetime
    stops: Stops | None = None
    within_limits: bool = True
    source_id: UUID | None = None


def check_window(window: Window, now: datetime, pointer: str = "") -> None:
    """Raises: WindowRefused (422) for one that is reversed, too short, longer than 14 days, or past."""
    problem = None
    if window.ends_at <= window.starts_at:
        problem = ("window_reversed", "ends_at", "must end after it starts")
    elif window.length < SHORTEST_WINDOW:
        problem = ("window_too_short", "ends_at", "must be 15 minutes long at least")
    elif window.length > LONGEST_WINDOW:
        problem = ("window_too_long", "ends_at", "must not be longer than 14 days")
    elif window.starts_at <= now:
        problem = ("window_past", "starts_at", "must lie in the future")
    if problem is not None:
        code, field, sentence = problem
        place = f"{pointer}{field}" if pointer.endswith(":") else f"{pointer}/{field}"
        raise WindowRefused(f"The window {sentence}.", faults=(Fault(place, code, sentence),))


def is_usable(resource: ResourceSpec, last_day: date) -> bool:
    return resource.usable_until is None or resource.usable_until >= last_day


def pick_trucks(trucks: Sequence[ResourceSpec], need: Need) -> tuple[UUID, ...] | None:
    """The smallest truck that holds the job alone, else the fewest of the largest; None when all are too small."""
    alone = _fitting_alone(trucks, need)
    if alone is not None:
        return (alone.id,)
    picked: list[UUID] = []
    volume, weight = need.volume_cuft, need.weight_lb
    for truck in sorted(trucks, key=lambda t: (-t.capacity_cuft, -t.max_weight_lb, t.id)):
        picked.append(truck.id)
        volume -= truck.capacity_cuft
        weight -= truck.max_weight_lb
        if volume <= 0 and weight <= 0:
            return tuple(picked)
    return None


def _fitting_alone(trucks: Sequence[ResourceSpec], need: Need) -> ResourceSpec | None:
    """The smallest that holds all of it."""
    fitting = [t for t in trucks if t.capacity_cuft >= need.volume_cuft and t.max_weight_lb >= need.weight_lb]
    return min(fitting, key=lambda t: (t.capacity_cuft, t.max_weight_lb, t.id), default=None)


def pick_crew(
    people: Sequence[ResourceSpec], crew_size: int, drivers_needed: int, skills: Sequence[str] = ()
) -> tuple[UUID, ...] | None:
    """A driver for each truck, then helpers before further drivers: drivers are the scarcer. Who is needed for the
    skills goes first.
    """
    skilled = [Skilled(p.id, p.kind is ResourceKind.DRIVER, frozenset(p.skills)) for p in people]
    chosen = cover(skilled, skills, crew_size=max(crew_size, drivers_needed), drivers_needed=drivers_needed)
    if chosen is None:
        return None
    first = {one.key for one in chosen}
    in_order = sorted(people, key=lambda one: (one.id not in first, one.id.int))
    drivers = [one.id for one in in_order if one.kind is ResourceKind.DRIVER]
    helpers = [one.id for one in in_order if one.kind is ResourceKind.HELPER]
    drivers_needed = max(drivers_needed, sum(one.is_driver for one in chosen))
    if len(drivers) < drivers_needed or len(drivers) + len(helpers) < max(crew_size, drivers_needed):
        return None
    rest = chain(helpers, drivers[drivers_needed:])
    others = [next(rest) for _ in range(crew_size - drivers_needed)]
    return (*drivers[:drivers_needed], *others)


def pick(free: Sequence[ResourceSpec], need: Need) -> Taken | None:
    """Trucks and crew for a job out of what is free; None when that does not suffice.

    A truck that takes a class of licence does a job alone, with a driver who has it, or gives way to others.
    """
    features = set(need.features)
    trucks = [r for r in free if r.kind is ResourceKind.TRUCK and features <= set(r.skills)]
    people = [r for r in free if r.kind.is_person]
    chosen = _fitting_alone(trucks, need)
    licence = class_of_truck(chosen.max_weight_lb) if chosen is not None else None
    if chosen is not None and licence is not None:
        crew = pick_crew(people, need.crew_size, 1, (*need.skills, licence))
        if crew is not None:
            return Taken((chosen.id,), crew)
    light = pick_trucks([r for r in trucks if class_of_truck(r.max_weight_lb) is None], need)
    if light is None:
        return None
    crew = pick_crew(people, need.crew_size, len(light), need.skills)
    return None if crew is None else Taken(light, crew)


def suffices(capacity: FreeCapacity, need: Need) -> bool:
    """As `pick`, on numbers alone: what search asks of hundreds of companies at once."""
    light = [size for size in capacity.trucks if size[1] <= PAYLOAD_OF_CLASS_B]
    if _is_crewed(capacity, need, _fewest(light, need), need.skills):
        return True
    fitting = [size for size in capacity.trucks if size[0] >= need.volume_cuft and size[1] >= need.weight_lb]
    if len(light) == len(capacity.trucks) or not fitting:
        return False
    licence = class_of_truck(min(fitting)[1])
    return licence is not None and _is_crewed(capacity, need, 1, (*need.skills, licence))


def _is_crewed(capacity: FreeCapacity, need: Need, trucks: int | None, skills: Sequence[str]) -> bool:
    """Whether there is a crew for so many trucks; None: for too few."""
    people = capacity.drivers + capacity.helpers
    if trucks is None or capacity.drivers < trucks or people < max(need.crew_size, trucks):
        return False
    size = max(need.crew_size, trucks)
    return not skills or cover(capacity.skilled, skills, crew_size=size, drivers_needed=trucks) is not None


def starts_that_suit(resources: Sequence[TakenStarts], last_days: Sequence[date], need: Need) -> int:
    """The starts, as bits, at which what one company has free suffices. `last_days`: of the job, by its start."""
    starts = first_days(len(last_days))
    free = [(one, starts & ~(one.starts | _past_papers(one, last_days))) for one in resources]
    trucks = [(one, bits) for one, bits in free if one.kind is ResourceKind.TRUCK]
    drivers = [bits for one, bits in free if one.kind is ResourceKind.DRIVER]
    people = drivers + [bits for one, bits in free if one.kind is ResourceKind.HELPER]
    crewed = on_at_least(max(1, need.crew_size), people) & on_at_least(1, drivers)
    if need.skills:
        return _asked_one_by_one(free, crewed, need)
    fitting = [(one, bits) for one, bits in trucks if _fewest([_size(one)], need)]
    alone = crewed & on_at_least(1, (bits for one, bits in fitting if class_of_truck(one.max_weight_lb) is None))
    several = on_at_least(2, (bits for _, bits in trucks)) & on_at_least(2, drivers)
    heavy = on_at_least(1, (bits for one, bits in fitting if class_of_truck(one.max_weight_lb) is not None))
    left = crewed & ~alone & (several | heavy)
    if not left or _fewest([_size(one) for one, _ in trucks], need) is None:
        return alone
    return alone | _asked_one_by_one(free, left, need)


def _asked_one_by_one(free: Sequence[tuple[TakenStarts, int]], starts: int, need: Need) -> int:
    """Of these starts, those at which what is free suffices; asked of each that differs from the others."""
    suiting = 0
    for alike in told_apart(starts, (bits for _, bits in free)):
        if suffices(_capacity([one for one, bits in free if bits & alike], need), need):
            suiting |= alike
    return suiting


def _past_papers(resource: TakenStarts, last_days: Sequence[date]) -> int:
    if resource.usable_until is None:
        return 0
    return first_days(len(last_days)) ^ first_days(bisect_right(last_days, resource.usable_until))


def _size(truck: TakenStarts) -> tuple[int, int]:
    return truck.capacity_cuft, truck.max_weight_lb


def _capacity(free: Sequence[TakenStarts], need: Need) -> FreeCapacity:
    trucks = tuple(_size(one) for one in free if one.kind is ResourceKind.TRUCK)
    asks_skills = bool(need.skills) or any(pounds > PAYLOAD_OF_CLASS_B for _, pounds in trucks)
    people = enumerate(one for one in free if asks_skills and one.kind.is_person)
    return FreeCapacity(
        trucks=trucks,
        drivers=sum(one.kind is ResourceKind.DRIVER for one in free),
        helpers=sum(one.kind is ResourceKind.HELPER for one in free),
        skilled=tuple(Skilled(number, one.kind is ResourceKind.DRIVER, one.skills) for number, one in people),
    )


def _fewest(trucks: Iterable[tuple[int, int]], need: Need) -> int | None:
    volume, weight = need.volume_cuft, need.weight_lb
    sizes = sorted(trucks, reverse=True)
    if any(cuft >= volume and pounds >= weight for cuft, pounds in sizes):
        return 1
    for count, (cuft, pounds) in enumerate(sizes, start=1):
        volume -= cuft
        weight -= pounds
        if volume <= 0 and weight <= 0:
            return count
    return None


def nearby_windows(wanted: Window, zone: ZoneInfo, now: datetime) -> Iterator[Window]:
    """Windows of the same length: around the wanted hour on its day, then at its wall time on the days after, then at
    every other hour of the day on all of them.
    """
    local = wanted.starts_at.astimezone(zone)
    near = _of_one_day(local, 0, NEARBY_HOURS)
    days = (local + timedelta(days=day) for day in range(1, SEARCHED_DAYS + 1))
    rest = chain(
        _of_one_day(local, 0, [hours for hours in OTHER_HOURS if hours not in NEARBY_HOURS]),
        chain.from_iterable(_of_one_day(local, day, OTHER_HOURS) for day in range(1, SEARCHED_DAYS + 1)),
    )
    for start in chain(near, days, rest):
        starts_at = start.astimezone(wanted.starts_at.tzinfo)
        if starts_at > now:
            yield Window(starts_at, starts_at + wanted.length)


def _of_one_day(local: datetime, days: int, offsets: Iterable[int]) -> Iterator[datetime]:
    """So many days later: so many hours away from the wall time, within the day's hours of work."""
    there = local + timedelta(days=days)
    starts = (there + timedelta(hours=hours) for hours in offsets)
    return (one for one in starts if one.date() == there.date() and EARLIEST_HOUR <= one.hour <= LATEST_HOUR)


def horizon_of(wanted: Window) -> Window:
    """Whatever `nearby_windows` may name lies in here."""
    return Window(wanted.starts_at - timedelta(days=1), wanted.ends_at + timedelta(days=SEARCHED_DAYS + 1))


def choose_named(
    free: Sequence[ResourceSpec], named: Collection[UUID], any_of: Sequence[Sequence[UUID]] = ()
) -> list[ResourceSpec] | None:
    """What is named, and one more for each of `any_of`, from among those, no piece twice; None: not all are free."""
    by_id = {one.id: one for one in free}
    if not by_id.keys() >= set(named):
        return None
    chosen = dict.fromkeys(named)
    for some in any_of:
        found = next((one for one in some if one in by_id and one not in chosen), None)
        if found is None:
            return None
        chosen[found] = None
    return [one for one in free if one.id in chosen]


def not_free(free: Sequence[ResourceSpec], named: Collection[UUID], any_of: Sequence[Sequence[UUID]] = ()) -> set[UUID]:
    """Of what `choose_named` was asked for what is taken: also every piece that would have done."""
    ids = {one.id for one in free}
    return {one for one in (*named, *chain.from_iterable(any_of)) if one not in ids}


def choose_again(
    free: Sequence[ResourceSpec], old_ids: Collection[UUID], need: Need | None, equipment_ids: Collection[UUID] = ()
) -> list[ResourceSpec]:
    """For a job that moves to another window: what it has, where that is free and still does the job; else what its
    need finds, with the same pieces of equipment. Nothing when neither will do. Without a need nothing is known better
    than what it has.
    """
    kept = [resource for resource in free if resource.id in {*old_ids, *equipment_ids}]
    if len(kept) == len({*old_ids, *equipment_ids}) and (need is None or _still_do(kept, need)):
        return kept
    taken = pick(free, need) if need else None
    if taken is None or not {one.id for one in free} >= set(equipment_ids):
        return []
    return [resource for resource in free if resource.id in {*taken.resource_ids, *equipment_ids}]


def _still_do(team: Sequence[ResourceSpec], need: Need) -> bool:
    """Trucks are changed and licences end: whether these hold the job, and may drive what they have."""
    trucks = [one for one in team if one.kind is ResourceKind.TRUCK]
    room, payload = sum(one.capacity_cuft for one in trucks), sum(one.max_weight_lb for one in trucks)
    return room >= need.volume_cuft and payload >= need.weight_lb and may_drive(team)
