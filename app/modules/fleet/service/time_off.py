"""Time off of trucks (a workshop, a wedding convoy), people and pieces of equipment, by the one calendar.

Each use case finds the truck, driver or piece first: the calendar knows resources, not what they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.localtime import to_instant
from app.kernel.places import Place
from app.modules.audit.public import Change, record
from app.modules.calendar import public as calendar
from app.modules.calendar.values import TimeOff, Window
from app.modules.fleet.errors import EquipmentNotApart, Retired
from app.modules.fleet.models import Driver, Equipment, Truck
from app.modules.fleet.schemas.time_off import TimeOffIn
from app.modules.fleet.service.drivers import show_driver
from app.modules.fleet.service.equipment import show_equipment
from app.modules.fleet.service.trucks import show_truck
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession

Found = TypeVar("Found", Truck, Driver, Equipment)


@dataclass(frozen=True, slots=True)
class Kind(Generic[Found]):
    """What may take time off. `find` raises its own 404; `zone`: by whose clock its wall times are read (IANA)."""

    find: Callable[[ReadSession, Mover, UUID], Awaitable[Found]]
    zone: Callable[[ReadSession, Found], Awaitable[str]]


async def _show_piece(session: ReadSession, actor: Mover, equipment_id: UUID) -> Equipment:
    """Raises: EquipmentNotFound (404), EquipmentNotApart (404)."""
    equipment = await show_equipment(session, actor, equipment_id)
    if not equipment.is_piece:
        raise EquipmentNotApart
    return equipment


async def _zone_of_base(session: ReadSession, truck: Truck) -> str:  # noqa: ARG001 - it stands in the row
    return Place.model_validate(truck.base).zone


async def _zone_of_office(session: ReadSession, found: Driver | Equipment) -> str:
    return await orgs.company_zone(session, found.org_id)


TRUCK: Final = Kind(show_truck, _zone_of_base)
PERSON: Final = Kind(show_driver, _zone_of_office)
PIECE: Final = Kind(_show_piece, _zone_of_office)


async def take_off(session: WriteSession, actor: Mover, kind: Kind[Any], resource_id: UUID, body: TimeOffIn) -> TimeOff:
    """Keep it out of bookings for a while.

    Locks: the resource. Raises: what finding it raises (404), Retired (409), LocalTimeRefused (422), WindowRefused
    (422), SlotTaken (409).
    """
    found = await kind.find(session, actor, resource_id)
    if found.retired_at is not None:
        raise Retired
    window = _window(body, await kind.zone(session, found))
    time_off_id = await calendar.take_time_off(session, actor.org_id, resource_id, window, actor.now)
    after = {"resource_id": resource_id, "starts_at": window.starts_at, "ends_at": window.ends_at}
    record(session, actor, Change("fleet.time_off_taken", "time_off", time_off_id, after=after))
    return TimeOff(time_off_id, resource_id, window)


def _window(body: TimeOffIn, zone: str) -> Window:
    return Window(
        to_instant(body.starts_at, zone, pointer="/starts_at"), to_instant(body.ends_at, zone, pointer="/ends_at")
    )


async def list_to_come(session: ReadSession, actor: Mover, kind: Kind[Any], resource_id: UUID) -> list[TimeOff]:
    """The earliest first. Raises: what finding it raises (404)."""
    await kind.find(session, actor, resource_id)
    return await calendar.list_time_off(session, actor.org_id, resource_id, actor.now)


async def cancel(session: WriteSession, actor: Mover, kind: Kind[Any], resource_id: UUID, time_off_id: UUID) -> None:
    """Give it back to bookings. Raises: what finding it raises (404), TimeOffNotFound (404)."""
    await kind.find(session, actor, resource_id)
    await calendar.cancel_time_off(session, actor.org_id, resource_id, time_off_id)
    before = {"resource_id": resource_id}
    record(session, actor, Change("fleet.time_off_cancelled", "time_off", time_off_id, before=before))
