"""Time off of trucks (a workshop, a wedding convoy), people and pieces of equipment, by the one calendar.

Each use case reads the truck, driver or piece first: the calendar knows resources, not what they are.
"""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.localtime import to_instant
from app.kernel.places import Place
from app.modules.audit.public import Change, record
from app.modules.calendar import public as calendar
from app.modules.calendar.values import TimeOff, Window
from app.modules.fleet.errors import EquipmentNotApart, Retired
from app.modules.fleet.models import Equipment
from app.modules.fleet.schemas.time_off import TimeOffIn
from app.modules.fleet.service.drivers import show_driver
from app.modules.fleet.service.equipment import show_equipment
from app.modules.fleet.service.trucks import show_truck
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession


def _window(body: TimeOffIn, zone: str) -> Window:
    return Window(
        to_instant(body.starts_at, zone, pointer="/starts_at"), to_instant(body.ends_at, zone, pointer="/ends_at")
    )


async def _take(session: WriteSession, actor: Mover, resource_id: UUID, window: Window) -> TimeOff:
    time_off_id = await calendar.take_time_off(session, actor.org_id, resource_id, window, actor.now)
    after = {"resource_id": resource_id, "starts_at": window.starts_at, "ends_at": window.ends_at}
    record(session, actor, Change("fleet.time_off_taken", "time_off", time_off_id, after=after))
    return TimeOff(time_off_id, resource_id, window)


async def _cancel(session: WriteSession, actor: Mover, resource_id: UUID, time_off_id: UUID) -> None:
    await calendar.cancel_time_off(session, actor.org_id, resource_id, time_off_id)
    before = {"resource_id": resource_id}
    record(session, actor, Change("fleet.time_off_cancelled", "time_off", time_off_id, before=before))


async def take_truck_off(session: WriteSession, actor: Mover, truck_id: UUID, body: TimeOffIn) -> TimeOff:
    """Locks: the resource.

    Raises: TruckNotFound (404), Retired (409), LocalTimeRefused (422), WindowRefused (422), SlotTaken (409).
    """
    truck = await show_truck(session, actor, truck_id)
    if truck.retired_at is not None:
        raise Retired
    return await _take(session, actor, truck_id, _window(body, Place.model_validate(truck.base).zone))


async def take_driver_off(session: WriteSession, actor: Mover, driver_id: UUID, body: TimeOffIn) -> TimeOff:
    """Locks: the resource.

    Raises: DriverNotFound (404), Retired (409), LocalTimeRefused (422), WindowRefused (422), SlotTaken (409).
    """
    driver = await show_driver(session, actor, driver_id)
    if driver.retired_at is not None:
        raise Retired
    company = await orgs.company(session, actor.org_id)
    return await _take(session, actor, driver_id, _window(body, company.timezone))


async def list_truck_time_off(session: ReadSession, actor: Mover, truck_id: UUID) -> list[TimeOff]:
    """What is still to come, the earliest first. Raises: TruckNotFound (404)."""
    await show_truck(session, actor, truck_id)
    return await calendar.list_time_off(session, actor.org_id, truck_id, actor.now)


async def list_driver_time_off(session: ReadSession, actor: Mover, driver_id: UUID) -> list[TimeOff]:
    """What is still to come, the earliest first. Raises: DriverNotFound (404)."""
    await show_driver(session, actor, driver_id)
    return await calendar.list_time_off(session, actor.org_id, driver_id, actor.now)


async def cancel_truck_time_off(session: WriteSession, actor: Mover, truck_id: UUID, time_off_id: UUID) -> None:
    """Raises: TruckNotFound (404), TimeOffNotFound (404)."""
    await show_truck(session, actor, truck_id)
    await _cancel(session, actor, truck_id, time_off_id)


async def cancel_driver_time_off(session: WriteSession, actor: Mover, driver_id: UUID, time_off_id: UUID) -> None:
    """Raises: DriverNotFound (404), TimeOffNotFound (404)."""
    await show_driver(session, actor, driver_id)
    await _cancel(session, actor, driver_id, time_off_id)


async def _piece(session: ReadSession, actor: Mover, equipment_id: UUID) -> Equipment:
    equipment = await show_equipment(session, actor, equipment_id)
    if not equipment.is_piece:
        raise EquipmentNotApart
    return equipment


async def take_equipment_off(session: WriteSession, actor: Mover, equipment_id: UUID, body: TimeOffIn) -> TimeOff:
    """Locks: the resource.

    Raises: EquipmentNotFound (404), EquipmentNotApart (404), Retired (409), LocalTimeRefused (422), WindowRefused
    (422), SlotTaken (409).
    """
    equipment = await _piece(session, actor, equipment_id)
    if equipment.retired_at is not None:
        raise Retired
    zone = await orgs.company_zone(session, actor.org_id)
    return await _take(session, actor, equipment_id, _window(body, zone))


async def list_equipment_time_off(session: ReadSession, actor: Mover, equipment_id: UUID) -> list[TimeOff]:
    """What is still to come, the earliest first. Raises: EquipmentNotFound (404), EquipmentNotApart (404)."""
    await _piece(session, actor, equipment_id)
    return await calendar.list_time_off(session, actor.org_id, equipment_id, actor.now)


async def cancel_equipment_time_off(session: WriteSession, actor: Mover, equipment_id: UUID, time_off_id: UUID) -> None:
    """Raises: EquipmentNotFound (404), EquipmentNotApart (404), TimeOffNotFound (404)."""
    await _piece(session, actor, equipment_id)
    await _cancel(session, actor, equipment_id, time_off_id)
