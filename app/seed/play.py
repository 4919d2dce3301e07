from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Mover, Role, Staff
from app.kernel.clock import ManualClock
from app.kernel.ids import ids_from, new_id, uuid7_at
from app.kernel.transport import Transport
from app.modules.bookings import service as bookings
from app.modules.bookings.schemas import AssignIn, BookingIn, CompleteIn
from app.modules.fleet.schemas import DriverIn, TimeOffIn, TruckIn
from app.modules.fleet.service import drivers, time_off, trucks
from app.modules.identity import repository as people
from app.modules.identity import service as identity
from app.modules.identity.models import Member, User
from app.modules.identity.schemas import RegisterIn
from app.modules.identity.service.register import locate_company
from app.modules.identity.service.sessions import Device
from app.modules.identity.values import StaffRole
from app.modules.invoices import service as invoices
from app.modules.pricing import service as pricing
from app.modules.pricing.rules import parse_config
from app.modules.verification import public as verification
from app.modules.verification.schemas import PolicyIn
from app.modules.verification.service import papers, review
from app.runtime.auth.passwords import Passwords
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity, SessionRole
from app.runtime.outbox.models import OutboxEvent
from app.runtime.resources import Resources
from app.seed.make import Sketch
from app.seed.world import CANCELLATIONS

COMPANIES: Final = 60
PASSWORD: Final = "movehub-demo"  # noqa: S105 - the demo's one password, told in the README
MONTHS: Final = timedelta(days=182)
# Companies at the end of the list that are not verified: what staff find in their queue.
SUBMITTED: Final = 4
DRAFTS: Final = 2
HOLD_MINUTES: Final = 15
DEVICE: Final = Device(Transport.BEARER, "demo data")


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


@dataclass(slots=True)
class Play:
    """The seed under way: the database, the clock that moves, and what has been counted."""

    resources: Resources
    clock: ManualClock
    chance: Random
    present: datetime
    companies: int
    bookings: int = 0
    invoices: int = 0

    def next_id(self) -> UUID:
        """Ids of the moved clock and of this seed's own numbers, so that the same number makes the same rows."""
        return uuid7_at(int(self.clock.now().timestamp() * 1000), self.chance.getrandbits(74))

    def as_owner(self, org_id: UUID, user_id: UUID) -> tuple[Mover, Identity]:
        now = self.clock.now()
        return (
            Mover(user_id, org_id, Role.OWNER, user_id, now),
            Identity(Audience.MOVER, org_id=org_id, user_id=user_id, role=SessionRole.OWNER, now=now),
        )


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
    async with resources.database.read(Identity(Audience.SIGNIN)) as session:
        if await people.find_user_by_email(session, "owner@movehub.example") is not None:
            return Summary(0, 0, 0, is_new=False)
    present = resources.clock.now()
    clock = ManualClock(present - MONTHS)
    known = await resources.passwords.hash(PASSWORD)
    moved = replace(resources, clock=clock, passwords=OneHash(known))
    play = Play(moved, clock, Random(number), present, companies)  # noqa: S311 - demo data, not secrets
    with ids_from(play.next_id):
        staff = await _hire_staff(play)
        for place in range(companies):
            clock.move_to(present - MONTHS + timedelta(minutes=place))
            await _found_company(play, Sketch(place, Random(f"{number} {place}")), staff)  # noqa: S311
            progress(f"{place + 1} of {companies} companies, {play.bookings} bookings")
    await _settle_outbox(worker_database, present)
    return Summary(companies, play.bookings, play.invoices, is_new=True)


async def _hire_staff(play: Play) -> Staff:
    async with play.resources.database.write(Identity(Audience.SIGNIN)) as session:
        user_id = await identity.create_staff(
            session,
            email="staff@movehub.example",
            full_name="Sam Staff",
            password_hash=await play.resources.passwords.hash(PASSWORD),
            role=StaffRole.ADMIN,
            now=play.clock.now(),
        )
    return Staff(user_id, user_id, play.clock.now())


async def _found_company(play: Play, sketch: Sketch, staff: Staff) -> None:
    org_id, owner_id = await _register(play, sketch)
    actor, who = play.as_owner(org_id, owner_id)
    place_of_list = play.companies - sketch.place
    case_id: UUID | None = None
    async with play.resources.database.write(who) as session:
        truck_ids = []
        for body in sketch.trucks():
            truck = TruckIn.model_validate(body)
            base = await trucks.locate_base(play.resources.ports, truck.base)
            truck_ids.append((await trucks.add_truck(session, actor, truck, base)).id)
        crew = [
            await drivers.add_driver(session, actor, DriverIn.model_validate(body))
            for body in sketch.crew(len(truck_ids), play.present)
        ]
        for policy in sketch.policies(play.clock.now()):
            await papers.add_insurance_policy(session, actor, PolicyIn.model_validate(policy))
        await pricing.write_config(session, actor, parse_config(sketch.prices()))
        if place_of_list > DRAFTS:
            case_id = (await review.submit_verification(session, actor)).id
    if case_id is None or place_of_list <= DRAFTS + SUBMITTED:
        return
    now = play.clock.now()
    async with play.resources.database.write(Identity(Audience.STAFF, user_id=staff.user_id)) as session:
        await verification.approve_case(session, replace(staff, now=now), case_id)
    licensed = [person.id for person in crew if person.role == "driver"]
    helpers = [person.id for person in crew if person.role == "helper"]
    await _work(play, sketch, _Company(org_id, owner_id, truck_ids, licensed, helpers))


async def _register(play: Play, sketch: Sketch) -> tuple[UUID, UUID]:
    """The company, its owner, and for the first one the other demo accounts."""
    is_demo = sketch.place == 0
    body = RegisterIn.model_validate(
        {
            "email": "owner@movehub.example" if is_demo else f"owner{sketch.place}@movehub.example",
            "password": PASSWORD,
            "full_name": "Olivia Owner" if is_demo else sketch.person(),
            "organization": {
                "name": sketch.name,
                "phone": sketch.phone(),
                "timezone": sketch.city.zone,
                "usdot_number": f"{3_100_000 + sketch.place * 137}",
                "address": sketch.address(),
            },
        }
    )
    address = await locate_company(play.resources.ports, body)
    async with play.resources.database.write(Identity(Audience.SIGNIN)) as session:
        done = await identity.register(session, play.resources, body, address, DEVICE)
        org_id = done.person.org_id
        if org_id is None:
            raise CannotSeed("A registration made no company.")
        if is_demo:
            for name, role in (("Dana Dispatcher", Role.DISPATCHER), ("Drew Driver", Role.DRIVER)):
                await _add_member(play, session, org_id, name, role)
    return org_id, done.person.user_id


async def _add_member(play: Play, session: Any, org_id: UUID, full_name: str, role: Role) -> None:
    now = play.clock.now()
    user = User(
        id=new_id(),
        email=f"{role}@movehub.example",
        password_hash=await play.resources.passwords.hash(PASSWORD),
        full_name=full_name,
        staff_role=None,
        disabled_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )
    await people.insert_user(session, user)
    await people.insert_member(session, Member(org_id=org_id, id=new_id(), user_id=user.id, role=role, created_at=now))


@dataclass(frozen=True, slots=True)
class _Company:
    org_id: UUID
    owner_id: UUID
    trucks: list[UUID]
    drivers: list[UUID]
    helpers: list[UUID]


async def _work(play: Play, sketch: Sketch, company: _Company) -> None:
    """Half a year of jobs, one in two to three weeks (for the demo company: days), and the weeks to come."""
    chance = sketch.chance
    step = (3, 6) if sketch.place == 0 else (14, 26)
    day = play.present - MONTHS + timedelta(days=chance.randrange(2, 14))
    last = play.present + timedelta(days=24)
    while day < last:
        local = day.astimezone(sketch.zone)
        starts_at = datetime.combine(local.date(), time(chance.choice([8, 9, 13])), sketch.zone)
        await _one_job(play, sketch, company, starts_at)
        day += timedelta(days=chance.randrange(*step))
    play.clock.move_to(play.present - timedelta(hours=2))
    actor, who = play.as_owner(company.org_id, company.owner_id)
    off = datetime.combine((play.present + timedelta(days=40)).date(), time(7), sketch.zone)
    body = TimeOffIn.model_validate({"starts_at": off.isoformat(), "ends_at": (off + timedelta(hours=10)).isoformat()})
    async with play.resources.database.write(who) as session:
        await time_off.take_truck_off(session, actor, company.trucks[-1], body)


async def _one_job(play: Play, sketch: Sketch, company: _Company, starts_at: datetime) -> None:
    """A job from the phone call to the invoice, as far as the present has come."""
    chance = sketch.chance
    called = starts_at - timedelta(days=chance.randrange(5, 20), hours=chance.randrange(1, 6))
    play.clock.move_to(min(called, play.present - timedelta(minutes=chance.randrange(20, 600))))
    actor, who = play.as_owner(company.org_id, company.owner_id)
    sent = sketch.job(starts_at)
    crew = [company.drivers[0], *company.helpers[: sent["estimate"]["crew_size"] - 1]]
    body = BookingIn.model_validate(sent | {"truck_ids": [company.trucks[0]], "driver_ids": crew})
    is_called_off = chance.random() < 0.12  # noqa: PLR2004 - one in eight
    async with play.resources.database.write(who) as session:
        held = await bookings.hold(session, play.resources.ports, actor, body, HOLD_MINUTES)
        booking_id = held.booking.id
        await bookings.confirm_booking(session, actor, booking_id)
        if is_called_off:
            await bookings.cancel_booking(session, actor, booking_id, chance.choice(CANCELLATIONS))
    play.bookings += 1
    done_at = starts_at + timedelta(hours=5)
    if is_called_off or done_at >= play.present:
        return
    play.clock.move_to(done_at)
    actor, who = play.as_owner(company.org_id, company.owner_id)
    hours = str(float(sent["estimate"]["duration_hours"]) + chance.choice([-0.25, 0, 0, 0.25, 0.5, 1]))
    worked = CompleteIn.model_validate({"actual_hours": hours, "actual_distance_miles": f"{chance.randrange(3, 25)}"})
    async with play.resources.database.write(who) as session:
        await bookings.assign_booking(
            session, actor, booking_id, AssignIn(truck_ids=(company.trucks[0],), driver_ids=tuple(crew))
        )
        await bookings.start_booking(session, actor, booking_id, None)
        await bookings.complete_booking(session, actor, booking_id, worked)
        await invoices.issue_invoice(session, actor, booking_id)
    play.invoices += 1


async def _settle_outbox(worker_database: Database, now: datetime) -> None:
    """What happened in the past has been told in the past: the worker does not mail half a year of letters."""
    async with worker_database.write(Identity(Audience.WORKER)) as session:
        await session.execute(sa.update(OutboxEvent).where(OutboxEvent.sent_at.is_(None)).values(sent_at=now))
