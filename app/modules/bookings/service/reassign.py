"""Other trucks and people for several bookings at once, for those who plan a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.versions import check_version
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.events import BookingTruckReplaced
from app.modules.bookings.models import Booking
from app.modules.bookings.service.assign import give_team
from app.modules.bookings.service.eligibility import unfit_for_any
from app.modules.bookings.values import BookingStatus
from app.modules.calendar import public as calendar
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


@dataclass(frozen=True, slots=True)
class DayJob:
    """A booking as a dispatcher plans it. `volume_cuft` and `weight_lb` are None when nobody estimated them."""

    id: UUID
    reference: str
    version: int
    status: BookingStatus
    window: calendar.Window
    zone: str
    stops: calendar.Stops
    volume_cuft: int | None
    weight_lb: int | None
    skills: tuple[str, ...]
    truck_features: tuple[str, ...]
    crew_size: int
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """What one booking is given, as long as it still is of this version."""

    booking_id: UUID
    version: int
    truck_ids: tuple[UUID, ...]
    driver_ids: tuple[UUID, ...]

    @property
    def resource_ids(self) -> tuple[UUID, ...]:
        return (*self.truck_ids, *self.driver_ids)


async def list_day_jobs(
    session: ReadSession, org_id: UUID, days: calendar.Window, statuses: Collection[BookingStatus]
) -> list[DayJob]:
    """The bookings that start in these days and stand in one of these states, the first first."""
    between = (days.starts_at, days.ends_at)
    return [_day_job(one) for one in await repository.list_starting(session, org_id, between, tuple(statuses))]


async def trucks_without_papers(
    session: ReadSession, org_id: UUID, days: calendar.Window, trucks: Collection[UUID]
) -> set[UUID]:
    """Those of these trucks that lack a paper for one of the jobs of these days."""
    promised = (BookingStatus.CONFIRMED, BookingStatus.ASSIGNED)
    jobs = await repository.list_starting(session, org_id, (days.starts_at, days.ends_at), promised)
    return await unfit_for_any(session, org_id, jobs, trucks)


async def reassign_all(
    session: WriteSession, actor: Mover, teams: Sequence[Team], *, tells_customers: bool = False
) -> list[Booking]:
    """Give each booking its team, all or none: two may trade what they have.

    Locks: the booking rows in id order, then all old and new resources in id order.
    Raises: BookingNotFound (404), PreconditionFailed (412), ResourceNotFound (404), IllegalStep (409), SlotTaken (409),
    CrewIncomplete (409), TruckTooSmall (409), PapersEndBefore (409).
    Emits: booking.assigned for each; with `tells_customers`, booking.truck_replaced for each that has other trucks.
    """
    given = sorted(teams, key=lambda team: team.booking_id)
    bookings = [await _lock(session, actor, team) for team in given]
    named = {one for team in given for one in team.resource_ids}
    had = {one for booking in bookings for one in (*booking.truck_ids, *booking.driver_ids)}
    await calendar.lock(session, actor.org_id, sorted(named | had))
    for booking in bookings:
        await calendar.release(session, actor.org_id, booking.id)
    for booking, team in zip(bookings, given, strict=True):
        had_trucks = set(booking.truck_ids)
        wanted = list(dict.fromkeys(team.resource_ids))
        await give_team(session, actor, booking, partial(calendar.reserve_named, session, resource_ids=wanted))
        if tells_customers and had_trucks != set(booking.truck_ids):
            await emit(session, BookingTruckReplaced(org_id=booking.org_id, booking_id=booking.id), now=actor.now)
    return bookings


async def _lock(session: WriteSession, actor: Mover, team: Team) -> Booking:
    booking = await repository.lock_booking(session, actor.org_id, team.booking_id)
    if booking is None:
        raise BookingNotFound
    check_version(booking.version, team.version)
    return booking


def _day_job(booking: Booking) -> DayJob:
    return DayJob(
        id=booking.id,
        reference=booking.reference,
        version=booking.version,
        status=booking.status,
        window=calendar.Window(booking.starts_at, booking.ends_at),
        zone=booking.pickup_zone,
        stops=rules.stops_of(booking.origin, booking.destination),
        volume_cuft=booking.volume_cuft,
        weight_lb=booking.weight_lb,
        skills=tuple(booking.skills),
        truck_features=tuple(booking.truck_features),
        crew_size=booking.crew_size,
        truck_ids=tuple(booking.truck_ids),
        driver_ids=tuple(booking.driver_ids),
    )
