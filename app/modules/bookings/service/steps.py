"""What every step of a booking's life shares: finding it as the caller may, and writing the step down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from app.kernel.actor import Actor, Customer, LinkHolder, Mover, System
from app.kernel.ids import new_id
from app.modules.audit.public import Change, fields_of, record
from app.modules.bookings import repository
from app.modules.bookings.errors import BookingNotFound, PhotosAreTheCompanys
from app.modules.bookings.models import Booking
from app.modules.bookings.values import BookingStatus, Report
from app.modules.files import public as files
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Told:
    """What the trail is told of a step: an action of another name than the status, and more fields as they were."""

    action: str | None = None
    before: Mapping[str, object] = field(default_factory=dict)


BY_STATUS: Final = Told()


async def lock_as(session: WriteSession, actor: Actor, booking_id: UUID, org_id: UUID | None = None) -> Booking:
    """The booking, locked. A customer's transaction takes the company from the customer's own booking; `org_id` is
    for the program itself, which works for one company at a time.

    Raises: BookingNotFound (404), for another's booking as for none.
    """
    if isinstance(actor, Customer | LinkHolder | Mover):
        org_id = await find_org_as(session, actor, booking_id)
    booking = None if org_id is None else await repository.lock_booking(session, org_id, booking_id)
    if booking is None:
        raise BookingNotFound
    return booking


async def find_org_as(session: ReadSession, actor: Mover | Customer | LinkHolder, booking_id: UUID) -> UUID | None:
    """The company to look for the booking in; None when the booking is no booking of the customer's."""
    if isinstance(actor, Mover | LinkHolder):
        return actor.org_id
    return await repository.find_org_of_own_booking(session, booking_id, actor.customer_id)


async def write_step(
    session: WriteSession,
    booking: Booking,
    actor: Actor,
    *,
    came_from: BookingStatus,
    note: str | None = None,
    report: Report | None = None,
    told: Told = BY_STATUS,
) -> None:
    """Write down who brought the booking where it now stands, with what they report of it, and raise its version.

    Locks: the report's photos. Raises: what attaching them raises; PhotosAreTheCompanys (403) for a customer's.

    The history is for both sides of the booking, the trail for the company; what the program does by itself stands in
    the history alone.
    """
    booking.change(actor.now)
    await session.flush()
    row = step_row(booking.org_id, booking.id, actor, came_from=came_from, to=booking.status, note=note)
    if report is not None:
        row |= {"note": report.note} | await _shown(session, actor, report)
    repository.insert_step(session, row)
    if not isinstance(actor, System):
        before = {"status": came_from, **told.before}
        tell_trail(session, actor, booking, told.action or f"bookings.{booking.status}", before)


async def _shown(session: WriteSession, actor: Actor, report: Report) -> dict[str, object]:
    fields: dict[str, object] = {}
    if report.location is not None:
        fields |= {"latitude": report.location.lat, "longitude": report.location.lng}
    if report.photo_ids:
        if not isinstance(actor, Mover):
            raise PhotosAreTheCompanys
        for upload_id in sorted(set(report.photo_ids)):
            await files.attach(session, actor, upload_id, files.UploadKind.PHOTO)
        fields["photo_ids"] = [str(one) for one in dict.fromkeys(report.photo_ids)]
    return fields


def tell_trail(
    session: WriteSession, actor: Actor, booking: Booking, action: str, before: Mapping[str, object]
) -> None:
    """An entry in the trail of the booking's company; `before` names the fields that may have changed."""
    record(session, actor, Change(action, "booking", booking.id, before, fields_of(booking, before), booking.org_id))


def step_row(
    org_id: UUID,
    booking_id: UUID,
    actor: Actor,
    *,
    came_from: BookingStatus | None,
    to: BookingStatus,
    note: str | None,
) -> dict[str, object]:
    at: datetime = actor.now
    return {
        "org_id": org_id,
        "id": new_id(),
        "booking_id": booking_id,
        "at": at,
        "from_status": came_from,
        "to_status": to,
        "actor_kind": actor.kind,
        "actor_id": getattr(actor, "id", None),
        "note": note,
    }
