"""Which bookings a company's paper carries: told before its end, and written down after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from uuid import UUID

from app.kernel.actor import System
from app.modules.bookings import repository
from app.modules.bookings.service.eligibility import days_of, trip_of
from app.modules.calendar import public as calendar
from app.modules.verification import public as verification
from app.modules.verification.public import Outing, PapersEnd, TouchedBooking
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession


async def name_touched(session: WriteSession, actor: System, org_id: UUID, lapse_id: UUID) -> None:
    """Tell verification which open bookings lie beyond a paper's last day and need it. Emits: papers.lapse_named."""
    end = await verification.show_lapse(session, org_id, lapse_id)
    if end is None:
        return
    touched = (await _touched_by(session, org_id, {lapse_id: end}, actor.now))[lapse_id]
    await verification.name_bookings(session, actor, org_id, lapse_id, touched)


async def find_touched(
    session: ReadSession, org_id: UUID, sweep_id: UUID, now: datetime
) -> dict[UUID, list[TouchedBooking]]:
    """By the paper: the open bookings beyond its last day that need it, of all papers that one look found to end."""
    ends = await verification.list_noticed(session, org_id, sweep_id)
    return await _touched_by(session, org_id, ends, now)


async def _touched_by(
    session: ReadSession, org_id: UUID, ends: dict[UUID, PapersEnd], now: datetime
) -> dict[UUID, list[TouchedBooking]]:
    if not ends:
        return {}
    since = datetime.combine(min(end.paper.ended_on for end in ends.values()), time(), UTC)
    open_after = await repository.list_open_after(session, org_id, since, now)
    jobs = [(TouchedBooking(row.id, row.reference, row.starts_at), _outing(row)) for row in open_after]
    return {key: _among(jobs, end) for key, end in ends.items()}


def _among(jobs: Sequence[tuple[TouchedBooking, Outing]], end: PapersEnd) -> list[TouchedBooking]:
    return [booking for booking, job in jobs if verification.is_touched(end, job)]


def _outing(booking: AnyRow) -> Outing:
    return Outing(
        trip_of({"origin": booking.origin, "destination": booking.destination}),
        days_of(calendar.Window(booking.starts_at, booking.ends_at), booking.pickup_zone),
        frozenset(booking.truck_ids),
        frozenset(booking.driver_ids),
    )
