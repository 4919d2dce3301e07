"""Other trucks and people for several bookings at once, for those who plan a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.versions import check_version
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.events import BookingTruckReplaced
from app.modules.bookings.models import Booking
from app.modules.bookings.service.asks import kept_of, leg_ask
from app.modules.bookings.service.assign import give_leg, give_team
from app.modules.bookings.service.eligibility import Lacking, days_of, find_lacking, trip_of
from app.modules.bookings.service.take_over import give_rest
from app.modules.bookings.values import LONGEST_MOVE, BookingStatus, Leg
from app.modules.calendar import public as calendar
from app.modules.verification.public import Trip
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit

PROMISED = (BookingStatus.CONFIRMED, BookingStatus.ASSIGNED)


@dataclass(frozen=True, slots=True)
class DayJob:
    """A booking, or one leg of it, as a dispatcher plans it. `is_assigned`: its team was chosen already. `volume_cuft`
    and `weight_lb` are None when nobody estimated them. `arrives_until`: the end of the arrival window, which begins
    with the window; None: it has none. Under way, or once the crew may arrive, the window is what is left of it.
    """

    booking_id: UUID
    leg: int | None
    reference: str
    version: int
    is_assigned: bool
    window: calendar.Window
    arrives_until: datetime | None
    zone: str
    stops: calendar.Stops
    trip: Trip
    volume_cuft: int | None
    weight_lb: int | None
    skills: tuple[str, ...]
    truck_features: tuple[str, ...]
    crew_size: int
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]
    is_under_way: bool = False

    @property
    def worked(self) -> calendar.Window:
        """As long as it is worked on, wherever in its arrival window that begins."""
        return calendar.Window(self.arrives_until or self.window.starts_at, self.window.ends_at)

    @property
    def key(self) -> tuple[UUID, int | None]:
        return self.booking_id, self.leg


@dataclass(frozen=True, slots=True)
class Team:
    """What one booking, or one leg of it, is given, as long as it still is of this version. `since`: from when on, of a
    job under way, of which the trucks alone are others.
    """

    booking_id: UUID
    leg: int | None
    version: int
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]
    since: datetime | None = None

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        return (*self.truck_ids, *self.driver_ids)


async def list_day_jobs(session: ReadSession, org_id: UUID, days: calendar.Window, now: datetime) -> list[DayJob]:
    """What is promised, starts in these days and is still to come, the first first: what is left of it where the window
    that its crew may arrive in has begun. Of a move of several days each leg that starts then or later, also when those
    before it are under way.
    """
    between = (days.starts_at, days.ends_at)
    whole = await repository.list_starting(session, org_id, between, PROMISED)
    tours = await repository.list_tours(session, org_id, between, (*PROMISED, *rules.ON_THE_WAY))
    parts = [(one, _whole(one)) for one in whole]
    parts += [(one, leg) for one in tours for leg in _legs(one) if leg.window.starts_at >= days.starts_at]
    jobs = [
        replace(part, window=left)
        for one, part in parts
        if (left := rules.left_to_come(part.window, one.status, one.arrives_until, now)) is not None
    ]
    return sorted(jobs, key=lambda job: (job.window, job.key))


async def list_under_way(session: ReadSession, org_id: UUID, truck_id: UUID, now: datetime) -> list[DayJob]:
    """What is left, from now on, of each job and leg that this truck is on by its reports; not of one that ends within
    a quarter of an hour, or should have.
    """
    found = await repository.list_jobs_of(session, org_id, (now, now + LONGEST_MOVE), truck_id)
    parts = [
        part
        for one in found
        if one.status in rules.ON_THE_WAY
        for part in (_legs(one) if one.legs is not None else (_whole(one),))
        if truck_id in part.truck_ids and (part.leg is None or part.window.starts_at <= now)
    ]
    rest = (replace(part, window=_from(part.window, now), arrives_until=None, is_under_way=True) for part in parts)
    return [one for one in rest if one.window.length >= calendar.SHORTEST_WINDOW]


def _from(window: calendar.Window, now: datetime) -> calendar.Window:
    return calendar.Window(max(window.starts_at, now.replace(microsecond=0)), window.ends_at)


async def on_their_way(session: ReadSession, org_id: UUID, booking_ids: Collection[UUID]) -> set[UUID]:
    """Which of these bookings are reported on their way, and not done."""
    return await repository.list_in_status(session, org_id, booking_ids, rules.ON_THE_WAY)


async def lacking_papers(
    session: ReadSession, org_id: UUID, jobs: Iterable[DayJob], trucks: Collection[UUID]
) -> dict[tuple[UUID, int | None], Lacking]:
    """What is lacking for each of these jobs and legs on its days, by its key."""
    asked = {job.key: (job.trip, days_of(job.window, job.zone)) for job in jobs}
    found = await find_lacking(session, org_id, asked.values(), trucks)
    return {key: found[job] for key, job in asked.items()}


async def reassign_all(
    session: WriteSession, actor: Mover, teams: Sequence[Team], *, tells_customers: bool = False
) -> list[Booking]:
    """Give each booking, or leg, its team, all or none: two may trade what they have. Of a job under way what is left
    is given.

    Locks: the booking rows in id order, then all old and new resources in id order.
    Raises: BookingNotFound (404), PreconditionFailed (412), ResourceNotFound (404), IllegalStep (409), SlotTaken (409),
    CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409), PapersEndBefore (409).
    Emits: booking.assigned for each that is not under way; with `tells_customers`, booking.truck_replaced for each
    that has other trucks.
    """
    given = sorted(teams, key=lambda team: (team.booking_id, team.leg or 0))
    bookings = [await _lock(session, actor, team) for team in given]
    named = {one for team in given for one in team.resource_ids}
    had = {one for booking in bookings for one in (*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids)}
    await calendar.lock(session, actor.org_id, sorted(named | had))
    trucks_before = {booking.id: set(booking.truck_ids) for booking in bookings}
    for booking, team in zip(bookings, given, strict=True):
        await _release(session, booking, team)
    for booking, team in zip(bookings, given, strict=True):
        if team.since is not None:
            await give_rest(session, actor, booking, team.leg, team.truck_ids, since=team.since)
            continue
        kept = _part(booking, team).equipment_ids
        take = partial(calendar.reserve_named, session, resource_ids=list(dict.fromkeys((*team.resource_ids, *kept))))
        if team.leg is None:
            await give_team(session, actor, booking, take, equipment_ids=kept)
        else:
            await give_leg(session, actor, booking, team.leg, take, equipment_ids=kept)
    if tells_customers:
        for booking in {one.id: one for one in bookings}.values():
            if trucks_before[booking.id] != set(booking.truck_ids):
                emit(session, BookingTruckReplaced(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return bookings


def _part(booking: Booking, team: Team) -> Booking | Leg:
    """What the team is for, as it stands."""
    return booking if team.leg is None else rules.legs_from_json(booking.legs or ())[team.leg]


async def _release(session: WriteSession, booking: Booking, team: Team) -> None:
    if team.since is not None:
        part = _part(booking, team)
        dropped = [one for one in part.truck_ids if one not in team.truck_ids]
        await calendar.give_back(session, booking.org_id, booking.id, team.since, dropped, until=part.ends_at)
    elif team.leg is None:
        await calendar.release(session, booking.org_id, booking.id)
    else:
        await calendar.release_leg(session, booking.org_id, booking.id, leg_ask(booking, team.leg))


async def _lock(session: WriteSession, actor: Mover, team: Team) -> Booking:
    booking = await repository.lock_booking(session, actor.org_id, team.booking_id)
    if booking is None:
        raise BookingNotFound
    check_version(booking.version, team.version)
    return booking


def _whole(booking: Booking) -> DayJob:
    return DayJob(
        booking_id=booking.id,
        leg=None,
        reference=booking.reference,
        version=booking.version,
        is_assigned=booking.status is BookingStatus.ASSIGNED,
        window=kept_of(booking),
        arrives_until=None if booking.planned_arrival_at else booking.arrives_until,
        zone=booking.pickup_zone,
        stops=rules.stops_of(booking.origin, booking.destination),
        trip=trip_of(vars(booking)),
        volume_cuft=booking.volume_cuft,
        weight_lb=booking.weight_lb,
        skills=tuple(booking.skills),
        truck_features=tuple(booking.truck_features),
        crew_size=booking.crew_size,
        truck_ids=tuple(booking.truck_ids),
        driver_ids=tuple(booking.driver_ids),
    )


def _legs(booking: Booking) -> Iterator[DayJob]:
    """As many people as a leg has stay with it: the estimate says nothing of its parts."""
    whole, legs = _whole(booking), rules.legs_from_json(booking.legs or ())
    for number, (leg, ask) in enumerate(zip(legs, rules.asks_of(legs, whole.stops), strict=True)):
        yield replace(
            whole,
            leg=number,
            is_assigned=leg.is_assigned,
            window=ask.window,
            arrives_until=booking.arrives_until if number == 0 else None,
            stops=ask.stops,
            crew_size=len(leg.driver_ids),
            truck_ids=leg.truck_ids,
            driver_ids=leg.driver_ids,
        )
