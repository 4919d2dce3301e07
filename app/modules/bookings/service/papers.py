"""Which bookings a company's paper carried, now that it has ended."""

from __future__ import annotations

from datetime import UTC, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import System
from app.modules.bookings import repository
from app.modules.bookings.service.eligibility import trip_of
from app.modules.verification import public as verification
from app.modules.verification.public import TouchedBooking, TouchingLapse
from app.runtime.db.base import AnyRow
from app.runtime.db.session import WriteSession


async def name_touched(session: WriteSession, actor: System, org_id: UUID, lapse_id: UUID) -> None:
    """Tell verification which open bookings lie beyond a paper's last day and need it. Emits: papers.lapse_named."""
    touching = await verification.show_lapse(session, org_id, lapse_id)
    if touching is None:
        return
    since = datetime.combine(touching.lapse.ended_on, time(), UTC)
    rows = await repository.list_open_after(session, org_id, since, actor.now)
    touched = [TouchedBooking(row.id, row.reference, row.starts_at) for row in rows if _needs(touching, row)]
    await verification.name_bookings(session, actor, org_id, lapse_id, touched)


def _needs(touching: TouchingLapse, booking: AnyRow) -> bool:
    lapse = touching.lapse
    last_day = booking.ends_at.astimezone(ZoneInfo(booking.pickup_zone)).date()
    if last_day <= lapse.ended_on:
        return False
    if lapse.driver_id is not None:
        return lapse.driver_id in booking.driver_ids
    if lapse.truck_id is not None and lapse.truck_id not in booking.truck_ids:
        return False
    return verification.is_touched(touching, trip_of({"origin": booking.origin, "destination": booking.destination}))
