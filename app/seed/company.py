"""How a company comes to be: registered, equipped, its papers shown and looked at, each step at its own instant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember, Role, Staff
from app.kernel.clock import ManualClock
from app.kernel.ids import uuid7_at
from app.kernel.transport import Transport
from app.modules.fleet.schemas.drivers import DriverIn
from app.modules.fleet.schemas.trucks import TruckIn
from app.modules.fleet.service import drivers, trucks
from app.modules.identity import repository as people
from app.modules.identity import service as identity
from app.modules.identity.schemas import RegisterIn
from app.modules.identity.service.register import locate_company
from app.modules.identity.service.sessions import Device
from app.modules.orgs.schemas.service_areas import ServiceAreaIn
from app.modules.orgs.service import service_areas as orgs
from app.modules.pricing import service as pricing
from app.modules.pricing.rules import parse_config
from app.modules.verification import public as verification
from app.modules.verification.public import Verdict
from app.modules.verification.schemas import PolicyIn
from app.modules.verification.service import papers, review
from app.runtime.db.tenancy import Audience, Identity, SessionRole
from app.runtime.resources import Resources
from app.seed.make import Sketch
from app.seed.world import REJECTION, TruckSize

PASSWORD: Final = "movehub-demo"  # noqa: S105 - the demo's one password, told in the README
DEVICE: Final = Device(Transport.BEARER, "demo data")


@dataclass(frozen=True, slots=True)
class Stage:
    """Where one company's past is played: resources whose clock is `clock`, and the instant that is really now."""

    resources: Resources
    clock: ManualClock
    present: datetime

    def ids(self, chance: Random) -> Callable[[], UUID]:
        """Ids of the moved clock and of `chance`, so that the same number makes the same rows."""
        return lambda: uuid7_at(int(self.clock.now().timestamp() * 1000), chance.getrandbits(74))

    def as_staff(self, staff_id: UUID) -> tuple[Staff, Identity]:
        return Staff(staff_id, staff_id, self.clock.now()), Identity(Audience.STAFF, user_id=staff_id)


@dataclass(frozen=True, slots=True)
class Team:
    """A truck and who goes with it: the driver first."""

    truck_id: UUID
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Company:
    org_id: UUID
    owner_id: UUID

    def as_owner(self, now: datetime) -> tuple[MoverMember, Identity]:
        return (
            MoverMember(self.owner_id, self.org_id, Role.OWNER, self.owner_id, now),
            Identity(Audience.MOVER, org_id=self.org_id, user_id=self.owner_id, role=SessionRole.OWNER, now=now),
        )


async def register(stage: Stage, sketch: Sketch) -> Company:
    is_demo = sketch.place == 0
    mailbox = "owner" if is_demo else f"owner{sketch.place}"
    body = RegisterIn.model_validate(
        {
            "email": f"{mailbox}@movehub.example",
            "password": PASSWORD,
            "full_name": "Olivia Owner" if is_demo else sketch.person(),
            "organization": {
                "name": sketch.name,
                "phone": sketch.phone(),
                "timezone": sketch.city.zone,
                "usdot_number": f"{9_100_000 + sketch.place * 137}",
                "address": sketch.office(),
            },
        }
    )
    address = await locate_company(stage.resources.ports, body)
    async with stage.resources.database.write(Identity(Audience.SIGNIN)) as session:
        person = (await identity.register(session, stage.resources, body, address, DEVICE)).person
        await people.mark_email_verified(session, person.user_id, stage.clock.now())
    if person.org_id is None:
        raise RuntimeError("a registration made no company")
    return Company(person.org_id, person.user_id)


async def equip(stage: Stage, sketch: Sketch, company: Company, fleet: list[TruckSize]) -> list[Team]:
    """Fleet, people, area, policies and prices."""
    founded = stage.clock.now()
    actor, who = company.as_owner(founded)
    base = sketch.office()
    bodies = [TruckIn.model_validate(sketch.truck(number, size, base)) for number, size in enumerate(fleet, start=1)]
    located = await trucks.locate_base(stage.resources.ports, bodies[0].base)
    async with stage.resources.database.write(who) as session:
        teams = []
        for number, (size, body) in enumerate(zip(fleet, bodies, strict=True), start=1):
            truck = await trucks.add_truck(session, actor, body, located)
            sent = [sketch.driver(number, stage.present), *(sketch.helper() for _ in range(size.helpers))]
            people = [await drivers.add_driver(session, actor, DriverIn.model_validate(one)) for one in sent]
            teams.append(Team(truck.id, tuple(person.id for person in people)))
        spare = DriverIn.model_validate(sketch.driver(len(fleet) + 1, stage.present))
        await drivers.add_driver(session, actor, spare)
        area = ServiceAreaIn.model_validate({"radius_miles": sketch.chance.randrange(30, 85, 5)})
        [first] = await orgs.list_service_areas(session, actor)
        await orgs.add_service_area(session, actor, area)
        await orgs.remove_service_area(session, actor, first.id)
        for policy in sketch.policies(founded, stage.present):
            await papers.add_insurance_policy(session, actor, PolicyIn.model_validate(policy))
        await pricing.write_config(session, actor, parse_config(sketch.prices(stage.present)))
    return teams


async def ask_to_be_verified(stage: Stage, company: Company) -> UUID:
    """The case that staff find in their queue."""
    stage.clock.advance(timedelta(hours=3))
    actor, who = company.as_owner(stage.clock.now())
    async with stage.resources.database.write(who) as session:
        return (await review.submit_verification(session, actor)).id


async def approve(stage: Stage, staff_id: UUID, case_id: UUID) -> None:
    stage.clock.advance(timedelta(hours=20))
    actor, who = stage.as_staff(staff_id)
    async with stage.resources.database.write(who) as session:
        await verification.approve_case(session, actor, case_id)


async def reject(stage: Stage, staff_id: UUID, case_id: UUID) -> None:
    stage.clock.advance(timedelta(hours=20))
    actor, who = stage.as_staff(staff_id)
    async with stage.resources.database.write(who) as session:
        await verification.reject_case(session, actor, case_id, Verdict(REJECTION))
