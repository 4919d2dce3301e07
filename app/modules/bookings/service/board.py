from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import Mover, MoverMember, Role
from app.kernel.ids import new_id
from app.kernel.localtime import rfc3339, to_instant
from app.modules.bookings import repository, rules
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import AvailabilityQuery, BoardQuery
from app.modules.bookings.service.asks import kept_of
from app.modules.calendar import public as calendar
from app.modules.fleet import public as fleet
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession

USUAL_LENGTH: Final = timedelta(hours=8)


async def show_board(session: ReadSession, actor: Mover, query: BoardQuery, *, tells_total: bool) -> str:
    """The board as JSON text: whose lane it is, what takes it, and the bookings of these days.

    The days are the office's, by its wall clock; a driver sees their own lane. Raises: ResourceNotFound (404).
    """
    resource_id = await _own_lane(session, actor, query.resource_id)
    zone = await orgs.company_zone(session, actor.org_id)
    window = _days(query.day, query.view.days, zone, actor.now)
    lanes = await calendar.list_lanes(session, actor.org_id, window, actor.now, resource_id)
    names = await _names(session, actor.org_id, lanes)
    between = (window.starts_at, window.ends_at)
    bookings = await repository.list_on_board(
        session, actor.org_id, between, actor.now, resource_id, tells_total=tells_total
    )
    rows = ",".join(
        f'{{"resource_id":"{lane.resource_id}","kind":"{lane.kind}",'
        f'"name":{json.dumps(names.get(lane.resource_id))},"taken":{lane.taken}}}'
        for lane in lanes
    )
    return (
        f'{{"starts_at":"{rfc3339(window.starts_at)}","ends_at":"{rfc3339(window.ends_at)}","zone":"{zone}",'
        f'"lanes":[{rows}],"bookings":[{",".join(bookings)}]}}'
    )


@dataclass(frozen=True, slots=True)
class Job:
    """A booking, or one leg of it, that somebody is on from then to then. `drive`: there, as the board has it."""

    booking: Booking
    leg: int | None
    on_duty: calendar.Window
    drive: dict[str, Any] | None = None


async def list_jobs(session: ReadSession, actor: Mover, resource_id: UUID, day: date | None) -> list[Job]:
    """What a person of the crew does on a day of the office, today without one; the first job first.

    Raises: ResourceNotFound (404).
    """
    await _own_lane(session, actor, resource_id)
    zone = await orgs.company_zone(session, actor.org_id)
    window = _days(day, 1, zone, actor.now)
    lanes = await calendar.list_lanes(session, actor.org_id, window, actor.now, resource_id)
    ways = {(one["source_id"], one["starts_at"]): one["drive"] for one in json.loads(lanes[0].taken)}
    found = await repository.list_jobs_of(session, actor.org_id, (window.starts_at, window.ends_at), resource_id)
    jobs = [job for one in found for job in _jobs_of(one, resource_id) if job.on_duty.overlaps(window)]
    jobs = [replace(job, drive=ways.get((str(job.booking.id), rfc3339(job.on_duty.starts_at)))) for job in jobs]
    return sorted(jobs, key=lambda job: (job.on_duty, job.booking.id))


def _jobs_of(booking: Booking, resource_id: UUID) -> Iterator[Job]:
    """The whole of it, or each leg that they are on."""
    if booking.legs is None:
        yield Job(booking, None, kept_of(booking))
    for number, leg in enumerate(rules.legs_from_json(booking.legs or ())):
        if resource_id in (*leg.truck_ids, *leg.driver_ids, *leg.equipment_ids):
            yield Job(booking, number, calendar.Window(leg.starts_at, leg.ends_at))


async def _own_lane(session: ReadSession, actor: Mover, resource_id: UUID | None) -> UUID | None:
    """The lane to show: what was asked for, and to a driver their own alone.

    Raises: ResourceNotFound (404), where a driver asks for another's, or is none of the crew.
    """
    if not isinstance(actor, MoverMember) or actor.role is not Role.DRIVER:
        return resource_id
    own = await fleet.crew_id_of(session, actor.org_id, actor.user_id)
    if own is None or resource_id not in (None, own):
        raise calendar.ResourceNotFound
    return own


async def show_availability(session: ReadSession, actor: Mover, query: AvailabilityQuery) -> calendar.Availability:
    """Wall times are the office's. Raises: LocalTimeRefused (422), WindowRefused (422)."""
    zone = await orgs.company_zone(session, actor.org_id)
    starts_at = actor.now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if query.starts_at is not None:
        starts_at = to_instant(query.starts_at, zone, pointer="query:starts_at")
    ends_at = starts_at + USUAL_LENGTH
    if query.ends_at is not None:
        ends_at = to_instant(query.ends_at, zone, pointer="query:ends_at")
    window = calendar.Window(starts_at, ends_at)
    ask = calendar.Ask(org_id=actor.org_id, source_id=new_id(), window=window, zone=zone, now=actor.now, stops=None)
    return await calendar.show_availability(
        session, ask, calendar.Need(query.volume_cuft, query.weight_lb, query.crew_size)
    )


def _days(first: date | None, days: int, zone: str, now: datetime) -> calendar.Window:
    known = ZoneInfo(zone)
    return calendar.days_window(first or now.astimezone(known).date(), days, known)


async def _names(session: ReadSession, org_id: UUID, lanes: Sequence[calendar.Lane]) -> dict[UUID, str]:
    trucks = [lane.resource_id for lane in lanes if lane.kind is calendar.ResourceKind.TRUCK]
    people = [lane.resource_id for lane in lanes if lane.kind.is_person]
    pieces = [lane.resource_id for lane in lanes if lane.kind is calendar.ResourceKind.EQUIPMENT]
    names = await fleet.truck_names(session, org_id, trucks) if trucks else {}
    names |= await fleet.crew_names(session, org_id, people) if people else {}
    return names | (await fleet.equipment_names(session, org_id, pieces) if pieces else {})
