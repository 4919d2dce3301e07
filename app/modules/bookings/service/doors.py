"""Codes that the customer gives at the doors, where the company asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.actor import Actor, Customer, Mover
from app.kernel.errors import Fault
from app.kernel.ids import new_id
from app.kernel.signing import Signer
from app.modules.audit import public as audit
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import (
    BookingNotFound,
    DoorCodeLocked,
    DoorCodeRequired,
    DoorCodesAreTheCustomers,
    DoorCodesNotAsked,
    DoorCodeWrong,
)
from app.modules.bookings.events import DoorCodesRenewed
from app.modules.bookings.models import Booking, DoorCode
from app.modules.bookings.service.steps import Told, lock_as, write_step
from app.modules.bookings.values import BookingStatus, Door, Report
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


@dataclass(frozen=True, slots=True)
class ShownCode:
    """`code` is None once nobody asks for it any more."""

    code: str | None
    attempts_left: int
    given_at: datetime | None


async def issue_codes(session: WriteSession, booking: Booking, now: datetime) -> None:
    """The first codes of a booking that was just confirmed."""
    rows = [
        {
            "org_id": booking.org_id,
            "id": new_id(),
            "booking_id": booking.id,
            "door": door,
            "issue": 1,
            "issued_at": now,
            "attempts_left": rules.DOOR_ATTEMPTS,
        }
        for door in Door
    ]
    await repository.insert_door_codes(session, rows)


async def show_door_codes(
    session: ReadSession, pepper: Signer, actor: Customer, booking_id: UUID
) -> dict[Door, ShownCode]:
    """For the customer's eyes alone; none where none are asked. Raises: BookingNotFound (404)."""
    org_id = await repository.find_org_of_own_booking(session, booking_id, actor.customer_id)
    if org_id is None:
        raise BookingNotFound
    codes = await repository.list_door_codes(session, org_id, booking_id)
    return {door: _shown(pepper, code) for door, code in codes.items()}


def _shown(pepper: Signer, code: DoorCode) -> ShownCode:
    is_asked = code.given_at is None and code.waived_at is None
    digits = rules.door_code(pepper, code.booking_id, code.issue, code.door) if is_asked else None
    return ShownCode(digits, code.attempts_left, code.given_at)


async def told_codes(session: ReadSession, pepper: Signer, booking: Booking) -> dict[Door, str]:
    """The digits for a letter to somebody who booked on the phone; nothing for a customer who can look them up."""
    if booking.customer_id is not None or not booking.asks_door_codes:
        return {}
    codes = await repository.list_door_codes(session, booking.org_id, booking.id)
    return {door: rules.door_code(pepper, booking.id, code.issue, door) for door, code in codes.items()}


async def pass_door(
    session: WriteSession, pepper: Signer, actor: Actor, booking: Booking, report: Report
) -> DoorCodeWrong | None:
    """Look at the code that a step asks for, if it asks for one. A wrong one is told, not raised: that it was tried
    must be committed.

    Locks: nothing; the caller has locked the booking, so tries come one after the other.
    Raises: DoorCodeRequired (422), DoorCodeLocked (409), IllegalStep (409) for the last door before the first.
    """
    door = rules.DOOR_OF.get(report.to)
    if door is None or not booking.asks_door_codes:
        return None
    code = (await repository.list_door_codes(session, booking.org_id, booking.id))[door]
    if code.waived_at is not None:
        return None
    rules.check_first_door(booking.status, report.to, actor.kind)
    if report.code is None:
        raise DoorCodeRequired(faults=(Fault("/code", "required", "This is required."),))
    if code.attempts_left == 0:
        raise DoorCodeLocked
    if rules.is_door_code(report.code, rules.door_code(pepper, booking.id, code.issue, door)):
        code.given_at = actor.now
        return None
    code.attempts_left -= 1
    await session.flush()
    fault = Fault("/code", DoorCodeWrong.code, "is not the customer's code for this door")
    return DoorCodeWrong(faults=(fault,), attempts_left=code.attempts_left)


async def renew_door_codes(session: WriteSession, actor: Mover | Customer, booking_id: UUID) -> None:
    """New codes for the doors to come, and all tries again. The office may for somebody who booked on the phone: they
    are sent to that person.

    Locks: the booking row. Raises: BookingNotFound (404), DoorCodesNotAsked (409), DoorCodesAreTheCustomers (403).
    Emits: booking.door_codes_renewed.
    """
    booking = await lock_as(session, actor, booking_id)
    if isinstance(actor, Mover) and booking.customer_id is not None:
        raise DoorCodesAreTheCustomers
    for code in await _open_codes(session, booking):
        code.issue += 1
        code.issued_at = actor.now
        code.attempts_left = rules.DOOR_ATTEMPTS
    await session.flush()
    audit.record(
        session,
        actor,
        audit.Change("bookings.door_codes_renewed", "booking", booking.id, org_id=booking.org_id),
    )
    emit(session, DoorCodesRenewed(org_id=booking.org_id, booking_id=booking.id), now=actor.now)


async def waive_door_codes(session: WriteSession, actor: Mover, booking_id: UUID, reason: str) -> Booking:
    """Go without the codes that were not given yet; the reason stands in the booking's history.

    Locks: the booking row. Raises: BookingNotFound (404), DoorCodesNotAsked (409).
    """
    booking = await lock_as(session, actor, booking_id)
    for code in await _open_codes(session, booking):
        code.waived_at = actor.now
    note, told = f"Without door codes: {reason}", Told("bookings.door_codes_waived")
    await write_step(session, booking, actor, came_from=booking.status, note=note, told=told)
    return booking


async def ask_again(session: WriteSession, booking: Booking) -> None:
    """The codes of the doors that a booking has before it again."""
    if booking.asks_door_codes:
        codes = await repository.list_door_codes(session, booking.org_id, booking.id)
        is_at_pickup = booking.status not in rules.ON_THE_WAY - rules.BEFORE_LOADING
        for door, code in codes.items():
            if door is Door.DELIVERY or is_at_pickup:
                code.given_at = None


async def _open_codes(session: WriteSession, booking: Booking) -> list[DoorCode]:
    """Raises: DoorCodesNotAsked (409) when none is to be given any more."""
    codes = await repository.list_door_codes(session, booking.org_id, booking.id)
    still = [code for code in codes.values() if code.given_at is None and code.waived_at is None]
    ended = {BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW}
    if not still or booking.status in ended:
        raise DoorCodesNotAsked
    return still
