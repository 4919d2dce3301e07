"""A move of several days: its legs, and who is on each. All pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import ActorKind
from app.kernel.errors import Fault
from app.modules.bookings.errors import HasLegs, LegNotFound, TruckTooSmall
from app.modules.bookings.rules.life import ON_THE_WAY, check_drivers, check_load, equipment_in, move
from app.modules.bookings.values import BookingStatus, Leg
from app.modules.calendar.public import (
    LegAsk,
    LegKind,
    ResourceKind,
    ResourceNotFound,
    ResourceSpec,
    Stops,
    Taken,
    Window,
)
from app.modules.market.public import PlannedLeg

SHORTEST_LEG: Final = timedelta(minutes=15)


def apart(resources: Iterable[ResourceSpec]) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """The ids of trucks, and those of people."""
    named = sorted(resources, key=lambda one: one.id)
    trucks = tuple(one.id for one in named if one.kind is ResourceKind.TRUCK)
    return trucks, tuple(one.id for one in named if one.kind.is_person)


def legs_to_json(legs: Iterable[Leg]) -> list[dict[str, Any]]:
    return [
        {
            "kind": leg.kind.value,
            "starts_at": leg.starts_at.isoformat(),
            "ends_at": leg.ends_at.isoformat(),
            "truck_ids": [str(one) for one in leg.truck_ids],
            "driver_ids": [str(one) for one in leg.driver_ids],
            "equipment_ids": [str(one) for one in leg.equipment_ids],
            "is_assigned": leg.is_assigned,
        }
        for leg in legs
    ]


def legs_from_json(stored: Iterable[Mapping[str, Any]]) -> list[Leg]:
    return [
        Leg(
            LegKind(one["kind"]),
            datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]),
            tuple(map(UUID, one["truck_ids"])),
            tuple(map(UUID, one["driver_ids"])),
            tuple(map(UUID, one["equipment_ids"])),
            one["is_assigned"],
        )
        for one in stored
    ]


def moved_legs(legs: Iterable[Leg], was: datetime, starts_at: datetime, zone: ZoneInfo) -> list[Leg]:
    """The same legs from another start of the first: each at its wall times so many days and hours later, so that what
    followed at once still does; one that the clock would make as good as nothing stays as long as it was.
    """
    later = starts_at.astimezone(zone).replace(tzinfo=None) - was.astimezone(zone).replace(tzinfo=None)

    def moved(instant: datetime) -> datetime:
        return (instant.astimezone(zone).replace(tzinfo=None) + later).replace(tzinfo=zone).astimezone(UTC)

    ends = ((leg, moved(leg.starts_at), moved(leg.ends_at)) for leg in legs)
    return [
        replace(
            leg, starts_at=start, ends_at=end if end - start >= SHORTEST_LEG else start + (leg.ends_at - leg.starts_at)
        )
        for leg, start, end in ends
    ]


def asks_of(legs: Iterable[Leg], stops: Stops) -> list[LegAsk]:
    """What each leg takes, of a move between these stops."""
    return [
        LegAsk(
            Window(leg.starts_at, leg.ends_at),
            leg.kind.stops_of(stops),
            (*leg.truck_ids, *leg.driver_ids, *leg.equipment_ids),
        )
        for leg in legs
    ]


def legs_by(planned: Iterable[PlannedLeg], team: Taken) -> list[Leg]:
    """The legs of a quote, all with the same trucks and people."""
    return [Leg(leg.kind, leg.window.starts_at, leg.window.ends_at, team.truck_ids, team.crew_ids) for leg in planned]


def is_in_one_hand(legs: Sequence[Leg]) -> bool:
    """Whether the same trucks, people and pieces do all of it, one leg right behind the other: then others may as
    well.
    """
    teams = {(frozenset(leg.truck_ids), frozenset(leg.driver_ids), frozenset(leg.equipment_ids)) for leg in legs}
    return len(teams) == 1 and all(one.ends_at == other.starts_at for one, other in pairwise(legs))


def given_to(legs: Sequence[Leg], trucks: Sequence[UUID], people: Sequence[UUID]) -> list[Leg]:
    """The same legs, all with these trucks and people, and the pieces that they have."""
    same = ((set(leg.truck_ids), set(leg.driver_ids)) == (set(trucks), set(people)) for leg in legs)
    return [
        replace(leg, truck_ids=tuple(trucks), driver_ids=tuple(people), is_assigned=leg.is_assigned and stays)
        for leg, stays in zip(legs, same, strict=True)
    ]


def everybody_of(legs: Sequence[Leg]) -> dict[str, list[UUID]]:
    """A booking's columns of that name: the trucks, people and pieces of all legs, each once."""
    return {
        "truck_ids": list(dict.fromkeys(one for leg in legs for one in leg.truck_ids)),
        "driver_ids": list(dict.fromkeys(one for leg in legs for one in leg.driver_ids)),
        "equipment_ids": list(dict.fromkeys(one for leg in legs for one in leg.equipment_ids)),
    }


def check_tour(legs: Sequence[Leg], teams: Sequence[Sequence[ResourceSpec]], job: Mapping[str, Any]) -> list[Leg]:
    """As `check_named`, for a move of several days, of which each leg has taken its team: the legs with the pieces that
    were found for them. Each has a driver for each of its trucks, and all together can do the job.

    Raises: ResourceNotFound (404) where a leg names a truck, a person or a piece as something else; what `check_named`
    raises.
    """
    taken = []
    for leg, own in zip(legs, teams, strict=True):
        trucks, people = apart(own)
        pieces = tuple(equipment_in(own))
        if set(trucks) != set(leg.truck_ids) or set(people) != set(leg.driver_ids):
            raise ResourceNotFound
        if not set(pieces) >= set(leg.equipment_ids):
            raise ResourceNotFound
        check_drivers(own)
        taken.append(replace(leg, equipment_ids=pieces))
    check_load(list({one.id: one for own in teams for one in own}.values()), job)
    return taken


def leg_at(legs: Sequence[Leg], number: int | None) -> int:
    """The number of the leg that is meant. Raises: HasLegs (409) without one, LegNotFound (422)."""
    if number is None and legs:
        raise HasLegs
    if number is None or number >= len(legs):
        raise LegNotFound(faults=(Fault("/leg", LegNotFound.code, LegNotFound.title),))
    return number


def assign_leg(status: BookingStatus, leg: Leg, *, by: ActorKind, now: datetime) -> BookingStatus:
    """A leg to come is given another team while those before it are under way, and the move stays where it is.

    Raises: IllegalStep (409), with the legal steps.
    """
    if status in ON_THE_WAY and leg.starts_at > now:
        return status
    return move(status, to=BookingStatus.ASSIGNED, by=by)


def check_leg(old: Sequence[ResourceSpec], new: Sequence[ResourceSpec], volume_cuft: int | None) -> None:
    """Each truck of a leg needs a driver of that leg, and its new trucks hold as much of the load as those before.

    Raises: CrewIncomplete (409), TruckTooSmall (409).
    """
    check_drivers(new)
    room, had = (sum(one.capacity_cuft for one in each) for each in (new, old))
    least = min(volume_cuft or 0, had)
    if room < least:
        raise TruckTooSmall(f"They hold {room} cubic feet; those that this leg has hold {least} of the load.")


def count_taken(booking: Mapping[str, Any]) -> int:
    """How many reservations a booking has: one for each truck, person and piece of equipment, of each leg."""
    parts = booking["legs"] or [booking]
    return sum(len(part.get(name, ())) for part in parts for name in ("truck_ids", "driver_ids", "equipment_ids"))
