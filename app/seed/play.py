"""The order of events: staff are hired, companies found themselves at different times and go to work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.kernel.ids import ids_from, new_id
from app.modules.bookings.models import Booking
from app.modules.bookings.values import BookingStatus
from app.modules.fleet.models import Driver
from app.modules.fleet.values import CrewRole
from app.modules.identity import repository as people
from app.modules.identity import service as identity
from app.modules.identity.models import Member, User
from app.modules.identity.service.people import Newcomer, new_user
from app.modules.identity.values import StaffRole
from app.modules.verification import public as verification
from app.runtime.auth.passwords import Passwords
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.models import OutboxEvent
from app.runtime.resources import Resources
from app.seed.company import PASSWORD, Company, Stage, approve, ask_to_be_verified, equip, register, reject
from app.seed.diary import DAYS_BACK, plan_absences, plan_jobs
from app.seed.make import Sketch
from app.seed.work import Business, Tally, do_jobs, take_leave
from app.seed.world import SUSPENSION, TruckSize

COMPANIES: Final = 60
# From the end of the list: what staff find in their queue, and what has not got that far.
DRAFTS: Final = 2
SUBMITTED: Final = 4
REJECTED: Final = 1
SUSPENDED: Final = 1
AT_ONCE: Final = 4
JOBS_AT_ONCE: Final = 25
OWNER: Final = "owner@movehub.example"
STAFF: Final = "staff@movehub.example"
COLLEAGUES: Final = (("Drew Driver", Role.DRIVER), ("Dana Dispatcher", Role.DISPATCHER))
LAST_ACCOUNT: Final = "dispatcher@movehub.example"
HIRED_BEFORE: Final = timedelta(days=500)
SETTLED: Final = timedelta(days=DAYS_BACK + 30)


class CannotSeed(RuntimeError):
    """There is a reason not to fill this database; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Summary:
    companies: int
    bookings: int
    invoices: int
    is_new: bool


class OneHash(Passwords):
    """Knows the hash of the one password of the demo: it is made once for all accounts."""

    def __init__(self, known: str) -> None:
        self._known = known

    async def hash(self, password: str) -> str:
        if password != PASSWORD:
            raise ValueError("the demo has one password")
        return self._known


@dataclass(frozen=True, slots=True)
class Play:
    """The seed under way. `known` is the hash of the one password."""

    resources: Resources
    number: int
    companies: int
    present: datetime
    known: str
    tally: Tally = field(default_factory=Tally)

    def stage_at(self, instant: datetime) -> Stage:
        clock = ManualClock(instant)
        return Stage(replace(self.resources, clock=clock, passwords=OneHash(self.known)), clock, self.present)

    def chance(self, purpose: str) -> Random:
        """Numbers of their own for each purpose: what runs beside it changes nothing."""
        return Random(f"{self.number} {purpose}")  # noqa: S311 - demo data, not secrets


async def seed(
    resources: Resources,
    worker_database: Database,
    *,
    number: int,
    progress: Callable[[str], None],
    companies: int = COMPANIES,
) -> Summary:
    """Fill an empty database; do nothing to one that has the demo accounts already. Raises: CannotSeed."""
    if resources.settings.is_production:
        raise CannotSeed("Demo data is for development and test: this is production.")
    if await _is_there(resources.database):
        return Summary(0, 0, 0, is_new=False)
    present = resources.clock.now()
    play = Play(resources, number, companies, present, await resources.passwords.hash(PASSWORD))
    staff_id = await _hire_staff(play)
    turns = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def found(place: int) -> Company:
        nonlocal done
        async with turns:
            company = await _found(play, place, staff_id)
        done += 1
        progress(f"{done} of {companies} companies, {play.tally.bookings} bookings")
        return company

    async with asyncio.TaskGroup() as group:
        # The demo's company has the most to do: it begins first.
        tasks = [group.create_task(found(place)) for place in range(companies)]
    # Before the colleagues, who emit nothing: whoever is cut off here has not come to the end.
    await _settle_outbox(worker_database, present)
    await _add_colleagues(play, tasks[0].result())
    return Summary(companies, play.tally.bookings, play.tally.invoices, is_new=True)


async def _is_there(database: Database) -> bool:
    """Raises: CannotSeed when an earlier seed did not come to its end."""
    async with database.read(Identity(Audience.SIGNIN)) as session:
        begun = [await people.find_user_by_email(session, email) is not None for email in (STAFF, OWNER)]
        is_complete = await people.find_user_by_email(session, LAST_ACCOUNT) is not None
    if any(begun) and not is_complete:
        raise CannotSeed("An earlier seed of this database was interrupted: begin with an empty one.")
    return is_complete


async def _hire_staff(play: Play) -> UUID:
    stage = play.stage_at(play.present - HIRED_BEFORE)
    with ids_from(stage.ids(play.chance("staff"))):
        async with play.resources.database.write(Identity(Audience.SIGNIN)) as session:
            return await identity.create_staff(
                session,
                email=STAFF,
                full_name="Sam Staff",
                password_hash=play.known,
                role=StaffRole.ADMIN,
                now=stage.clock.now(),
            )


async def _found(play: Play, place: int, staff_id: UUID) -> Company:
    """One company, as far as it gets."""
    sketch = Sketch(place, play.chance(f"company {place}"))
    before_last = play.companies - place
    is_settled = before_last > DRAFTS + SUBMITTED + REJECTED
    age = SETTLED + timedelta(days=sketch.chance.randrange(200)) if is_settled else timedelta(days=2 + before_last)
    stage = play.stage_at(play.present - age)
    with ids_from(stage.ids(play.chance(f"ids {place}"))):
        company = await register(stage, sketch)
        if before_last == 1:
            return company
        fleet = sketch.fleet()
        teams = await equip(stage, sketch, company, fleet)
        if before_last <= DRAFTS:
            return company
        case_id = await ask_to_be_verified(stage, company)
        if is_settled:
            await approve(stage, staff_id, case_id)
            await _go_to_work(Business(stage, sketch, company, teams, play.tally), fleet)
        elif before_last > DRAFTS + SUBMITTED:
            await reject(stage, staff_id, case_id)
        if is_settled and before_last <= DRAFTS + SUBMITTED + REJECTED + SUSPENDED:
            await _suspend(stage, staff_id, company)
    return company


async def _go_to_work(business: Business, fleet: list[TruckSize]) -> None:
    absences = plan_absences(business.sketch, fleet, business.stage.present)
    for absence in absences:
        await take_leave(business, absence)
    jobs = plan_jobs(business.sketch, fleet, absences, business.stage.present)
    for first in range(0, len(jobs), JOBS_AT_ONCE):
        await do_jobs(business, jobs[first : first + JOBS_AT_ONCE])


async def _suspend(stage: Stage, staff_id: UUID, company: Company) -> None:
    stage.clock.move_to(stage.present - timedelta(days=3))
    actor, who = stage.as_staff(staff_id)
    async with stage.resources.database.write(who) as session:
        await verification.suspend_company(session, actor, company.org_id, SUSPENSION)


async def _add_colleagues(play: Play, company: Company) -> None:
    """The demo's driver and dispatcher. The last step: whoever finds the last account finds everything."""
    stage = play.stage_at(play.present - SETTLED)
    now = stage.clock.now()
    with ids_from(stage.ids(play.chance("colleagues"))):
        for full_name, role in COLLEAGUES:
            newcomer = Newcomer(f"{role}@movehub.example", full_name, play.known, email_verified_at=now)
            user = new_user(play.resources.seals, newcomer, now)
            member = Member(org_id=company.org_id, id=new_id(), user_id=user.id, role=role, created_at=now)
            async with play.resources.database.write(Identity(Audience.SIGNIN)) as session:
                await people.act_as(session, user_id=company.owner_id, org_id=company.org_id)
                await people.insert_user(session, user)
                await people.insert_member(session, member)
            if role is Role.DRIVER:
                await _give_jobs(play, company, user)


async def _give_jobs(play: Play, company: Company, user: User) -> None:
    """As if invited: the account is that of whoever drives the company's next job."""
    next_driver = (
        sa.select(Driver.id)
        .join(Booking, sa.and_(Booking.org_id == Driver.org_id, Driver.id == sa.any_(Booking.driver_ids)))
        .where(Driver.org_id == company.org_id, Driver.role == CrewRole.DRIVER, Booking.ends_at > play.present)
        .where(Booking.status.in_((BookingStatus.CONFIRMED, BookingStatus.ASSIGNED, BookingStatus.ARRIVED)))
        .order_by(Booking.starts_at, Booking.id)
        .limit(1)
    )
    named = sa.update(Driver).where(Driver.org_id == company.org_id, Driver.id == next_driver.scalar_subquery())
    _, who = company.as_owner(play.present)
    async with play.resources.database.write(who) as session:
        await session.execute(
            named.values(user_id=user.id, full_name=user.full_name).execution_options(synchronize_session=False)
        )


async def _settle_outbox(worker_database: Database, now: datetime) -> None:
    """What happened in the past has been told in the past: the worker does not mail half a year of letters."""
    async with worker_database.write(Identity(Audience.WORKER)) as session:
        await session.execute(sa.update(OutboxEvent).where(OutboxEvent.sent_at.is_(None)).values(sent_at=now))
