"""A company's jobs, each as far as the present has come: from the phone call to the invoice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.bookings import service as bookings
from app.modules.bookings.schemas import AssignIn, BookingIn, CancelIn, CompleteIn, StepIn
from app.modules.bookings.service.hold import hold_by_hand
from app.modules.bookings.service.located import LocatedJob, locate_job
from app.modules.bookings.values import BookingStatus, Party, Report
from app.modules.fleet.schemas.time_off import TimeOffIn
from app.modules.fleet.service import time_off
from app.modules.invoices import service as invoices
from app.runtime.db.session import WriteSession
from app.seed.company import Company, Stage, Team
from app.seed.diary import Absence, Appointment, Outcome
from app.seed.make import Sketch
from app.seed.world import CANCELLATIONS

# The office is asked for a day to think about it, longer than a quarter of an hour on the web.
HOLD: Final = timedelta(hours=24)
NOTICE: Final = timedelta(days=12)
DRIVE_TO_PICKUP: Final = timedelta(minutes=30)
# What a crew has reported when so much of its window is over.
REPORTED: Final = (
    (0.0, BookingStatus.ARRIVED),
    (0.1, BookingStatus.LOADING),
    (0.5, BookingStatus.IN_TRANSIT),
    (0.65, BookingStatus.UNLOADING),
)


@dataclass(slots=True)
class Tally:
    bookings: int = 0
    invoices: int = 0


@dataclass(frozen=True, slots=True)
class Business:
    """A company at work."""

    stage: Stage
    sketch: Sketch
    company: Company
    teams: Sequence[Team]
    tally: Tally

    def actor_at(self, instant: datetime) -> Mover:
        self.stage.clock.move_to(instant)
        return self.company.as_owner(instant)[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """A job with its places located, ready to be booked."""

    job: Appointment
    body: BookingIn
    located: LocatedJob


async def take_leave(business: Business, absence: Absence) -> None:
    stage, team = business.stage, business.teams[absence.team]
    actor = business.actor_at(min(absence.starts_at, stage.present) - NOTICE)
    span = {"starts_at": absence.starts_at.isoformat(), "ends_at": absence.ends_at.isoformat()}
    body = TimeOffIn.model_validate(span)
    async with stage.resources.database.write(business.company.as_owner(actor.now)[1]) as session:
        if absence.member is None:
            await time_off.take_off(session, actor, time_off.TRUCK, team.truck_id, body)
        else:
            await time_off.take_off(session, actor, time_off.PERSON, team.people[absence.member], body)


async def do_jobs(business: Business, jobs: Sequence[Appointment]) -> None:
    """Some jobs in one transaction, each step at its instant; the places are looked up before."""
    asked = [await _ask(business, job) for job in jobs]
    async with business.stage.resources.database.write(business.company.as_owner(business.stage.present)[1]) as session:
        for one in asked:
            await _do(business, session, one)


async def _ask(business: Business, job: Appointment) -> Asked:
    sketch, team = business.sketch, business.teams[job.team]
    span = {"starts_at": job.starts_at.isoformat(), "ends_at": job.ends_at.isoformat()}
    body = BookingIn.model_validate(
        {
            "window": span,
            "origin": sketch.home(),
            "destination": sketch.home(),
            "contact": sketch.contact(),
            "estimate": job.load,
            "truck_ids": [team.truck_id],
            "driver_ids": team.people[: job.load["crew_size"]],
        }
    )
    located = await locate_job(business.stage.resources.ports, body)
    if located is None:
        raise RuntimeError("a booking by hand has places")
    return Asked(job, body, located)


async def _do(business: Business, session: WriteSession, asked: Asked) -> None:
    job = asked.job
    held = await hold_by_hand(session, business.actor_at(job.booked_at), asked.body, asked.located, HOLD)
    # Written with the transaction's last statement, it would not be there for its next step, nor for the next job.
    await session.finish()
    business.tally.bookings += 1
    if job.outcome is not Outcome.UNDECIDED:
        actor = business.actor_at(job.booked_at + min(HOLD, business.stage.present - job.booked_at) / 8)
        await bookings.confirm_booking(session, actor, held.booking.id)
        await _go_on(business, session, job, held.booking.id, asked.located)


async def _go_on(
    business: Business, session: WriteSession, job: Appointment, booking_id: UUID, located: LocatedJob
) -> None:
    present = business.stage.present
    if job.outcome is Outcome.CALLED_OFF:
        called = CancelIn(reason=business.sketch.chance.choice(CANCELLATIONS), requested_by=Party.CUSTOMER)
        await bookings.cancel_booking(session, business.actor_at(job.called_off_at), booking_id, called)
    elif job.outcome is Outcome.NOBODY_THERE and job.starts_at < present:
        actor = business.actor_at(job.starts_at + timedelta(minutes=40))
        note = "Rang and called for half an hour."
        await bookings.report_no_show(session, actor, booking_id, StepIn(note=note))
    elif job.ends_at < present:
        await _finish(business, session, job, booking_id, located)
    else:
        await _report(business, session, job, booking_id)


async def _finish(
    business: Business, session: WriteSession, job: Appointment, booking_id: UUID, located: LocatedJob
) -> None:
    """Moved and, but for one of eight, billed."""
    await bookings.start_booking(session, business.actor_at(job.starts_at - DRIVE_TO_PICKUP), booking_id, None)
    worked = business.sketch.worked(job.load["duration_hours"]) | {"actual_distance_miles": located.distance_miles}
    actor = business.actor_at(job.ends_at)
    pepper = business.stage.resources.pepper
    await bookings.complete_booking(session, pepper, actor, booking_id, CompleteIn.model_validate(worked))
    if business.sketch.happens(0.87):
        await invoices.issue_invoice(session, actor, booking_id)
        business.tally.invoices += 1


async def _report(business: Business, session: WriteSession, job: Appointment, booking_id: UUID) -> None:
    """A job of today, under way; of this week, given to its team; later, confirmed and no more."""
    present, team = business.stage.present, business.teams[job.team]
    if job.starts_at - present > timedelta(days=4):
        return
    crew = team.people[: job.load["crew_size"]]
    body = AssignIn(truck_ids=(team.truck_id,), driver_ids=crew)
    assigned_at = max(business.stage.clock.now(), min(present, job.starts_at) - timedelta(hours=15))
    await bookings.assign_booking(session, business.actor_at(assigned_at), booking_id, body)
    if job.starts_at - DRIVE_TO_PICKUP > present:
        return
    await bookings.start_booking(session, business.actor_at(job.starts_at - DRIVE_TO_PICKUP), booking_id, None)
    pepper = business.stage.resources.pepper
    for share, status in REPORTED:
        reported_at = job.starts_at + share * (job.ends_at - job.starts_at)
        if reported_at <= present:
            actor = business.actor_at(reported_at)
            await bookings.advance_booking(session, pepper, actor, booking_id, Report(status))
