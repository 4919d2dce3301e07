from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Customer, Mover
from app.kernel.paging import PageRequest
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import BookingNotFound, HoldExpired
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import ContactPatch
from app.modules.bookings.service.contacts import changed_contact, columns_of, require_remembered
from app.modules.bookings.service.steps import lock_as
from app.modules.bookings.values import BookingStatus
from app.modules.files import public as files
from app.modules.orgs import public as orgs
from app.runtime.db.base import AnyRow
from app.runtime.db.session import HotRead, ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Shown:
    booking: Booking
    organization_name: str


async def show_booking(session: ReadSession, booking_id: UUID) -> Shown:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    return Shown(booking, await orgs.company_name(session, booking.org_id))


async def organization_name(session: ReadSession, booking: Booking) -> str:
    return await orgs.company_name(session, booking.org_id)


async def list_bookings(
    hot: HotRead, actor: Mover | Customer, page: PageRequest, filters: dict[str, Any], *, tells_total: bool
) -> Sequence[Any]:
    """The company's bookings, or the customer's across companies; one row more than the page holds."""
    owner = ("org_id", actor.org_id) if isinstance(actor, Mover) else ("customer_id", actor.customer_id)
    return await repository.list_bookings(hot, owner, page, actor.now, filters, tells_total=tells_total)


@dataclass(frozen=True, slots=True)
class History:
    """Every step, the first first; and the photos of all of them, by id."""

    steps: Sequence[AnyRow]
    photos: Mapping[UUID, files.Upload]


async def list_history(session: ReadSession, actor: Mover | Customer, booking_id: UUID) -> History:
    """For both sides of the booking. Raises: BookingNotFound (404)."""
    if isinstance(actor, Customer):
        org_id = await repository.find_org_of_own_booking(session, booking_id, actor.customer_id)
    else:
        booking = await repository.get_booking(session, booking_id)
        org_id = booking.org_id if booking else None
    if org_id is None:
        raise BookingNotFound
    steps = await repository.list_steps(session, org_id, booking_id)
    shown = {UUID(one) for step in steps for one in step.photo_ids}
    return History(steps, await files.list_uploads(session, org_id, shown) if shown else {})


async def change_contact(
    session: WriteSession, actor: Mover | Customer, booking_id: UUID, patch: ContactPatch, version: int
) -> Booking:
    """Locks: the booking row.

    Raises: BookingNotFound (404), HoldExpired (409), PreconditionFailed (412), ContactErased (409), ContactUnreadable
    (409).
    """
    booking = await lock_as(session, actor, booking_id)
    if rules.as_of(booking.status, booking.hold_expires_at, actor.now) is BookingStatus.EXPIRED:
        raise HoldExpired
    require_remembered(booking)
    check_version(booking.version, version)
    told = patch.model_dump(mode="json", exclude_unset=True)
    before, contact = changed_contact(session.seals, booking, told)
    columns: dict[str, Any] = {}
    if contact != before:
        booking.reschedule_issue += 1  # The link was for whoever was the contact.
        columns = columns_of(session.seals, booking.id, contact)
    booking.change(actor.now, **columns)
    await session.flush()
    sides = {"contact": before}, {"contact": contact}
    record(session, actor, Change("bookings.contact_changed", "booking", booking.id, *sides, booking.org_id))
    return booking
