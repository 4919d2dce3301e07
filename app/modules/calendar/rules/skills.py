"""Who of a crew covers what a job asks for. All pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.modules.calendar.values import Skilled

Cover = tuple[Skilled, ...]


def cover(people: Iterable[Skilled], skills: Collection[str], *, crew_size: int, drivers_needed: int) -> Cover | None:
    """The fewest people, drivers last, who together can do all of it and leave room in the crew for the drivers that
    are needed; None when nobody can.
    """
    found = [one for one in _covers(people, frozenset(skills)) if _size_with(one, drivers_needed) <= crew_size]
    return min(found, key=lambda one: (len(one), _drivers(one)), default=None)


def _covers(people: Iterable[Skilled], wanted: frozenset[str]) -> Collection[Cover]:
    """Of the covers with so many drivers and so many others, one of each number."""
    best: Mapping[tuple[frozenset[str], int, int], Cover] = {(frozenset(), 0, 0): ()}
    for person in people:
        can = wanted & person.skills
        if not can:
            continue
        grown = dict(best)
        for (have, drivers, others), chosen in best.items():
            if not can <= have:
                key = (have | can, drivers + person.is_driver, others + (not person.is_driver))
                grown.setdefault(key, (*chosen, person))
        best = grown
    return [chosen for (have, _, _), chosen in best.items() if have == wanted]


def _drivers(chosen: Cover) -> int:
    return sum(one.is_driver for one in chosen)


def _size_with(chosen: Cover, drivers_needed: int) -> int:
    return len(chosen) + max(0, drivers_needed - _drivers(chosen))
