from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.ids import new_id
from app.kernel.money import Money
from app.kernel.paging import PageRequest
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.calendar import public as calendar
from app.modules.calendar.values import ResourceKind, ResourceSpec
from app.modules.fleet import repository, rules
from app.modules.fleet.errors import DriverNotFound, MemberUnknown, Retired
from app.modules.fleet.models import Driver
from app.modules.fleet.schemas.drivers import DriverIn, DriverOut, DriverPatch
from app.modules.fleet.schemas.trucks import FleetQuery
from app.modules.fleet.values import CrewRole
from app.modules.identity import public as identity
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.sealing import SealedColumn, Seals

KINDS = {CrewRole.DRIVER: ResourceKind.DRIVER, CrewRole.HELPER: ResourceKind.HELPER}
TOLD: Final = (
    "full_name",
    "role",
    "license_number",
    "license_class",
    "license_expires_on",
    "skills",
    "user_id",
    "branch_id",
)


PHONE: Final = SealedColumn("drivers", "phone")


def phone_of(seals: Seals, driver: Driver) -> str:
    """As it is shown: empty where it does not open, which is logged."""
    return PHONE.shown(seals, driver.id, driver.sealed_phone)


def driver_out(seals: Seals, driver: Driver) -> DriverOut:
    shown = {name: getattr(driver, name) for name in DriverOut.model_fields if name != "phone"}
    return DriverOut.model_validate(shown | {"phone": phone_of(seals, driver)})


def _resource(driver: Driver) -> ResourceSpec:
    skills = (*driver.skills, *calendar.classes_of(driver.license_class or ""))
    return ResourceSpec(driver.id, KINDS[driver.role], skills=skills, usable_until=driver.license_expires_on)


async def add_driver(session: WriteSession, actor: Mover, body: DriverIn) -> Driver:
    """A driver or helper in service, and the resource in the calendar, usable until the licence expires.

    Locks: the branch. Raises: LicenseRefused (422), LicenseTaken (409), BranchNotFound (404), BranchClosed (409),
    MemberUnknown (422), MemberTaken (409).
    """
    if body.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, body.branch_id)
    told = rules.License(body.license_number, body.license_class, body.license_expires_on)
    rules.check_license(body.role, told, actor.now)
    await _check_member(session, actor, body.user_id)
    driver = await put_into_service(session, actor, body)
    record(
        session,
        actor,
        Change("fleet.driver_added", "driver", driver.id, after={"phone": body.phone, **fields_of(driver, TOLD)}),
    )
    return driver


async def put_into_service(session: WriteSession, actor: Mover, body: DriverIn) -> Driver:
    """Somebody whose licence was checked and their resource, for the caller to tell the trail.

    Raises: LicenseTaken (409), MemberTaken (409).
    """
    driver_id = new_id()
    driver = Driver(
        org_id=actor.org_id,
        id=driver_id,
        full_name=body.full_name,
        sealed_phone=PHONE.seal(session.seals, driver_id, body.phone),
        role=body.role,
        user_id=body.user_id,
        invitation_id=None,
        license_number=body.license_number,
        license_class=body.license_class,
        license_expires_on=body.license_expires_on,
        skills=sorted(body.skills),
        branch_id=body.branch_id,
        retired_at=None,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    await calendar.register_resource(session, actor.org_id, _resource(driver))
    await repository.insert_driver(session, driver)
    return driver


async def _check_member(session: ReadSession, actor: Mover, user_id: UUID | None) -> None:
    """Raises: MemberUnknown (422)."""
    if user_id is not None and not await identity.is_member(session, actor.org_id, user_id):
        raise MemberUnknown(faults=(Fault("/user_id", "member_unknown", MemberUnknown.title),))


async def list_drivers(session: ReadSession, actor: Mover, page: PageRequest, wanted: FleetQuery) -> Sequence[Driver]:
    """Up to one row more than the page holds, the oldest first."""
    return await repository.list_drivers(session, actor.org_id, page, wanted)


async def show_driver(session: ReadSession, actor: Mover, driver_id: UUID) -> Driver:
    """Raises: DriverNotFound (404)."""
    driver = await repository.get_driver(session, actor.org_id, driver_id)
    if driver is None:
        raise DriverNotFound
    return driver


async def _lock_driver(session: WriteSession, actor: Mover, driver_id: UUID, version: int | None) -> Driver:
    driver = await repository.lock_driver(session, actor.org_id, driver_id)
    if driver is None:
        raise DriverNotFound
    check_version(driver.version, version)
    return driver


async def change_driver(
    session: WriteSession, actor: Mover, driver_id: UUID, patch: DriverPatch, version: int | None
) -> Driver:
    """Change a driver or helper; a new last day of the licence is told to the calendar.

    Locks: the driver, then the branch, then the resource.
    Raises: DriverNotFound (404), PreconditionFailed (412), Retired (409), LicenseRefused (422), LicenseTaken (409),
    BranchNotFound (404), BranchClosed (409), MemberUnknown (422), MemberTaken (409).
    """
    driver = await _lock_driver(session, actor, driver_id, version)
    if driver.retired_at is not None:
        raise Retired
    await _check_member(session, actor, patch.user_id)
    if patch.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, patch.branch_id)
    before = _told(session.seals, driver, patch.model_fields_set)
    columns = patch.model_dump(exclude_unset=True)
    if (phone := columns.pop("phone", None)) is not None:
        columns["sealed_phone"] = PHONE.seal(session.seals, driver.id, phone)
    driver.change(actor.now, **columns | ({"skills": sorted(patch.skills)} if patch.skills is not None else {}))
    if driver.user_id is not None:
        driver.invitation_id = None
    told = rules.License(driver.license_number, driver.license_class, driver.license_expires_on)
    if patch.model_fields_set & told.fields().keys():
        rules.check_license(driver.role, told, actor.now)
    await session.flush()
    await calendar.change_resource(session, actor.org_id, _resource(driver))
    change = Change("fleet.driver_changed", "driver", driver.id, before, _told(session.seals, driver, before.keys()))
    record(session, actor, change)
    return driver


def _told(seals: Seals, driver: Driver, names: Collection[str]) -> dict[str, object]:
    """These fields as they are now, the number opened."""
    told = fields_of(driver, [name for name in names if name != "phone"])
    return told | ({"phone": phone_of(seals, driver)} if "phone" in names else {})


async def set_hourly_cost(
    session: WriteSession, actor: Mover, driver_id: UUID, cost: Money | None, version: int | None
) -> Driver:
    """What an hour of somebody costs the company; None: not told any more.

    Locks: the driver. Raises: DriverNotFound (404), PreconditionFailed (412), Retired (409).
    """
    driver = await _lock_driver(session, actor, driver_id, version)
    if driver.retired_at is not None:
        raise Retired
    before = fields_of(driver, ("hourly_cost",))
    amount, currency = cost or (None, None)
    driver.change(actor.now, hourly_cost=amount, hourly_cost_currency=currency)
    change = Change("fleet.hourly_cost_set", "driver", driver.id, before, fields_of(driver, before))
    record(session, actor, change)
    return driver


async def retire_driver(session: WriteSession, actor: Mover, driver_id: UUID, version: int | None) -> None:
    """Out of service for good; the row stays, because bookings name it. Twice is as once.

    Locks: the driver, then the resource.
    Raises: DriverNotFound (404), PreconditionFailed (412), ResourceStillTaken (409).
    """
    driver = await _lock_driver(session, actor, driver_id, version)
    if driver.retired_at is not None:
        return
    await calendar.retire_resource(session, actor.org_id, driver_id, actor.now)
    driver.change(actor.now, retired_at=actor.now, user_id=None, invitation_id=None)
    record(session, actor, Change("fleet.driver_retired", "driver", driver_id))
