from __future__ import annotations

from typing import Final

from app.kernel.actor import System
from app.modules.bookings import service
from app.modules.bookings.events import (
    BookingArrivalPlanned,
    BookingCancelled,
    BookingConfirmed,
    BookingProgressed,
    BookingRescheduled,
    BookingTruckReplaced,
    DoorCodesRenewed,
    NoShowReported,
    NoShowReviewed,
)
from app.modules.bookings.service import letters, papers, promises
from app.modules.bookings.service.letters import Letters
from app.modules.verification import public as verification
from app.modules.verification.events import CompanyWasSuspended, PapersLapsed, PapersNoticed
from app.runtime.auth.links import links_of
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Handlers, Outgoing, Work
from app.runtime.resources import Resources

handlers = Handlers()

# A round of the sweeper; what is left over waits for the next.
MOST_EXPIRED_AT_ONCE: Final = 500


def _outgoing(found: Letters | None, work: Work) -> list[Outgoing]:
    if found is None:
        return []
    sent: list[Outgoing] = [work.mail(to, found.subject, found.office_text) for to in found.office]
    if found.customer_email:
        sent.append(work.mail(found.customer_email, found.subject, found.customer_text))
    elif found.customer_phone:  # not when the customer's data was erased in the meantime
        sent.append(work.sms(found.customer_phone, found.customer_text))
    return sent


@handlers.deliver("bookings.tell_confirmed", BookingConfirmed)
async def tell_confirmed(session: ReadSession, event: BookingConfirmed, work: Work) -> list[Outgoing]:
    pepper, links = work.resources.pepper, links_of(work.resources)
    return _outgoing(await letters.confirmed_letters(session, pepper, links, event.booking_id), work)


@handlers.deliver("bookings.tell_door_codes", DoorCodesRenewed)
async def tell_door_codes(session: ReadSession, event: DoorCodesRenewed, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.codes_letters(session, work.resources.pepper, event.booking_id), work)


@handlers.deliver("bookings.tell_cancelled", BookingCancelled)
async def tell_cancelled(session: ReadSession, event: BookingCancelled, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.cancelled_letters(session, event.booking_id), work)


@handlers.deliver("bookings.tell_truck_replaced", BookingTruckReplaced)
async def tell_truck_replaced(session: ReadSession, event: BookingTruckReplaced, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.truck_replaced_letters(session, event.booking_id), work)


@handlers.deliver("bookings.tell_arrival", BookingArrivalPlanned)
async def tell_arrival(session: ReadSession, event: BookingArrivalPlanned, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.arrival_letters(session, event.booking_id, event.planned_arrival_at), work)


@handlers.deliver("bookings.tell_rescheduled", BookingRescheduled)
async def tell_rescheduled(session: ReadSession, event: BookingRescheduled, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.rescheduled_letters(session, links_of(work.resources), event.booking_id), work)


@handlers.deliver("bookings.tell_no_show_reported", NoShowReported)
async def tell_no_show_reported(session: ReadSession, event: NoShowReported, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.reported_letters(session, event.booking_id), work)


@handlers.deliver("bookings.tell_no_show_reviewed", NoShowReviewed)
async def tell_no_show_reviewed(session: ReadSession, event: NoShowReviewed, work: Work) -> list[Outgoing]:
    return _outgoing(await letters.no_show_letters(session, event.org_id, event.booking_id), work)


@handlers.every("bookings.reseal_contacts", seconds=3_600)
async def reseal_contacts(resources: Resources) -> None:
    """What the former sealing key sealed takes the present one; when nothing is left, the former may be dropped."""
    await service.reseal_contacts(resources)


@handlers.every("bookings.forget_expired_holds", seconds=86_400)
async def forget_expired_holds(resources: Resources) -> None:
    """Holds that expired 90 days ago do not tell any more whose they were, nor from which street."""
    await service.forget_expired_holds(resources)


@handlers.every("bookings.forget_disputes", seconds=86_400)
async def forget_disputes(resources: Resources) -> None:
    """What was written about a no-show after its customer went is not kept longer than whoever decided is told."""
    await service.forget_disputes(resources)


@handlers.on("bookings.count_cancelled", BookingCancelled)
async def count_cancelled(session: WriteSession, event: BookingCancelled, work: Work) -> None:
    await promises.count_promises(session, event.org_id, work.now)


@handlers.on("bookings.count_missed", BookingProgressed)
async def count_missed(session: WriteSession, event: BookingProgressed, work: Work) -> None:
    if await promises.is_missed(session, event.org_id, event.booking_id):
        await promises.count_promises(session, event.org_id, work.now)


@handlers.on("bookings.count_reviewed", NoShowReviewed)
async def count_reviewed(session: WriteSession, event: NoShowReviewed, work: Work) -> None:
    await promises.count_promises(session, event.org_id, work.now)


@handlers.every("bookings.count_promises", seconds=86_400)
async def count_promises(resources: Resources) -> None:
    """How each company keeps what it promises: what lies a year back falls out, and what was confirmed comes in."""
    await promises.count_all_promises(resources)


@handlers.every("bookings.expire_holds", seconds=30)
async def expire_holds(resources: Resources) -> None:
    """Write down which holds have expired. Their windows have been free since: this only tidies up."""
    now = resources.clock.now()
    async with resources.database.read(Identity(Audience.WORKER)) as session:
        dead = await service.list_dead_holds(session, now, MOST_EXPIRED_AT_ONCE)
    for org_id, booking_id in dead:
        async with resources.database.write(Identity(Audience.WORKER, org_id=org_id)) as session:
            await service.expire_hold(session, System(now), org_id, booking_id)


@handlers.on("bookings.name_touched", PapersLapsed)
async def name_touched(session: WriteSession, event: PapersLapsed, work: Work) -> None:
    await papers.name_touched(session, work.actor, event.org_id, event.lapse_id)


@handlers.deliver("bookings.tell_notices", PapersNoticed)
async def tell_notices(session: ReadSession, event: PapersNoticed, work: Work) -> list[Outgoing]:
    touched = await papers.find_touched(session, event.org_id, event.sweep_id, work.now)
    letter = await verification.notices_letter(session, event.org_id, event.sweep_id, work.announced_at, touched)
    return [work.mail(to, letter.subject, letter.text) for to in letter.recipients]


@handlers.deliver("bookings.tell_customers_of_suspension", CompanyWasSuspended)
async def tell_customers_of_suspension(session: ReadSession, event: CompanyWasSuspended, work: Work) -> list[Outgoing]:
    found = await letters.suspended_letters(session, event.org_id, work.now)
    return [outgoing for one in found for outgoing in _outgoing(one, work)]
