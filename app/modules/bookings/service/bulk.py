"""Commands on many bookings in one request: each is done or refused by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.actor import Mover
from app.kernel.errors import AppError, TimedOut, Unavailable
from app.kernel.signing import Signer
from app.modules.bookings import repository
from app.modules.bookings.errors import DoorCodeWrong
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import AssignIn, BulkCommandIn, BulkStep, CancelIn, StepIn
from app.modules.bookings.service.assign import assign_booking
from app.modules.bookings.service.cancel import cancel_booking
from app.modules.bookings.service.confirm import confirm_booking
from app.modules.bookings.service.progress import advance_booking, start_booking
from app.modules.bookings.values import BookingStatus, DayStep, Report
from app.modules.calendar import public as calendar
from app.modules.pricing import public as pricing
from app.runtime.db.session import WriteSession


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a command left its booking, or why it was refused."""

    command: BulkCommandIn
    status: BookingStatus | None = None
    version: int | None = None
    refused: AppError | None = None


async def run_bulk(
    session: WriteSession, pepper: Signer, actor: Mover, commands: Sequence[BulkCommandIn]
) -> list[Outcome]:
    """Run each command as by itself; one that is refused leaves nothing behind, and the others stand.

    Locks: the bookings in id order, then the company's discounts where one may be had or given back, then the resources
    that the bookings have and are to have in id order.
    """
    ordered = sorted(commands, key=lambda one: one.booking_id)
    await _lock(session, actor, ordered)
    outcomes = {one.booking_id: await _try(session, pepper, actor, one) for one in ordered}
    return [outcomes[one.booking_id] for one in commands]


async def _lock(session: WriteSession, actor: Mover, ordered: Sequence[BulkCommandIn]) -> None:
    """First all that any of them will lock: so two such requests, and a hold, wait for one another in one order."""
    resource_ids, counts = set(), False
    for one in ordered:
        booking = await repository.lock_booking(session, actor.org_id, one.booking_id)
        counts = counts or (booking is not None and one.command in {BulkStep.CONFIRM, BulkStep.CANCEL})
        if booking is not None and one.command is BulkStep.ASSIGN:
            had = {*booking.truck_ids, *booking.driver_ids, *booking.equipment_ids}
            resource_ids |= {*had, *(one.truck_ids or ()), *(one.driver_ids or ()), *(one.equipment_ids or ())}
    if counts:
        await pricing.lock_discounts(session, actor.org_id)
    if resource_ids:
        await calendar.lock(session, actor.org_id, sorted(resource_ids))


async def _try(session: WriteSession, pepper: Signer, actor: Mover, command: BulkCommandIn) -> Outcome:
    try:
        async with session.attempt():
            booking = await _run(session, pepper, actor, command)
            return Outcome(command, booking.status, booking.version)
    except (Unavailable, TimedOut):
        raise  # no refusal: all of it is tried again, or none of it was done
    except AppError as refused:
        return Outcome(command, refused=refused)


async def _run(session: WriteSession, pepper: Signer, actor: Mover, command: BulkCommandIn) -> Booking:
    booking_id = command.booking_id
    match command.command:
        case BulkStep.CONFIRM:
            return (await confirm_booking(session, actor, booking_id)).booking
        case BulkStep.ASSIGN:
            body = AssignIn(
                leg=command.leg,
                truck_ids=command.truck_ids or (),
                driver_ids=command.driver_ids or (),
                equipment_ids=command.equipment_ids,
            )
            return await assign_booking(session, actor, booking_id, body)
        case BulkStep.CANCEL:
            return await cancel_booking(session, actor, booking_id, CancelIn(reason=command.reason or ""))
        case BulkStep.START:
            return await start_booking(session, actor, booking_id, StepIn(note=command.note))
        case step:
            report = Report(DayStep(step.value).leads_to, command.note)
            done = await advance_booking(session, pepper, actor, booking_id, report)
            if isinstance(done, DoorCodeWrong):
                raise done
            return done
