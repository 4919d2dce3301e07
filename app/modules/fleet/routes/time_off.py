from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.kernel.localtime import LocalTimeRefused
from app.modules.calendar.public import ResourceNotFound, SlotTaken, TimeOffNotFound, WindowRefused
from app.modules.calendar.values import TimeOff
from app.modules.fleet.access import CrewRead, FleetRead, TimeOffWrite
from app.modules.fleet.errors import DriverNotFound, EquipmentNotApart, EquipmentNotFound, Retired, TruckNotFound
from app.modules.fleet.schemas.time_off import TimeOffIn, TimeOffOut, TimeOffsOut
from app.modules.fleet.service import time_off
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["fleet"], route_class=IdempotentRoute)

TIME_OFF_REFUSALS = (Retired, ResourceNotFound, SlotTaken, WindowRefused, LocalTimeRefused)


def _out(taken: TimeOff) -> TimeOffOut:
    return TimeOffOut(id=taken.id, starts_at=taken.window.starts_at, ends_at=taken.window.ends_at)


@router.post("/trucks/{truck_id}/time-off", status_code=201, responses=problems(TruckNotFound, *TIME_OFF_REFUSALS))
async def take_truck_off(truck_id: UUID, body: TimeOffIn, actor: TimeOffWrite, session: Write) -> TimeOffOut:
    """Keep a truck out of bookings for a while. For owners, managers and dispatchers."""
    return _out(await time_off.take_off(session, actor, time_off.TRUCK, truck_id, body))


@router.get("/trucks/{truck_id}/time-off", responses=problems(TruckNotFound))
async def list_truck_time_off(truck_id: UUID, actor: FleetRead, session: Read) -> TimeOffsOut:
    """A truck's time off still to come, the earliest first. For members of the company."""
    found = await time_off.list_to_come(session, actor, time_off.TRUCK, truck_id)
    return TimeOffsOut(items=[_out(taken) for taken in found])


@router.delete(
    "/trucks/{truck_id}/time-off/{time_off_id}", status_code=204, responses=problems(TruckNotFound, TimeOffNotFound)
)
async def cancel_truck_time_off(truck_id: UUID, time_off_id: UUID, actor: TimeOffWrite, session: Write) -> None:
    """Give a truck back to bookings. For owners, managers and dispatchers."""
    await time_off.cancel(session, actor, time_off.TRUCK, truck_id, time_off_id)


@router.post("/drivers/{driver_id}/time-off", status_code=201, responses=problems(DriverNotFound, *TIME_OFF_REFUSALS))
async def take_driver_off(driver_id: UUID, body: TimeOffIn, actor: TimeOffWrite, session: Write) -> TimeOffOut:
    """Keep a driver or helper out of bookings for a while. For owners, managers and dispatchers."""
    return _out(await time_off.take_off(session, actor, time_off.PERSON, driver_id, body))


@router.get("/drivers/{driver_id}/time-off", responses=problems(DriverNotFound))
async def list_driver_time_off(driver_id: UUID, actor: CrewRead, session: Read) -> TimeOffsOut:
    """A driver's or helper's time off still to come, the earliest first. For owners, managers and dispatchers."""
    found = await time_off.list_to_come(session, actor, time_off.PERSON, driver_id)
    return TimeOffsOut(items=[_out(taken) for taken in found])


@router.delete(
    "/drivers/{driver_id}/time-off/{time_off_id}", status_code=204, responses=problems(DriverNotFound, TimeOffNotFound)
)
async def cancel_driver_time_off(driver_id: UUID, time_off_id: UUID, actor: TimeOffWrite, session: Write) -> None:
    """Give a driver or helper back to bookings. For owners, managers and dispatchers."""
    await time_off.cancel(session, actor, time_off.PERSON, driver_id, time_off_id)


NOT_APART = (EquipmentNotFound, EquipmentNotApart)


@router.post("/equipment/{equipment_id}/time-off", status_code=201, responses=problems(*NOT_APART, *TIME_OFF_REFUSALS))
async def take_equipment_off(equipment_id: UUID, body: TimeOffIn, actor: TimeOffWrite, session: Write) -> TimeOffOut:
    """Keep a piece of equipment out of bookings for a while. For owners, managers and dispatchers."""
    return _out(await time_off.take_off(session, actor, time_off.PIECE, equipment_id, body))


@router.get("/equipment/{equipment_id}/time-off", responses=problems(*NOT_APART))
async def list_equipment_time_off(equipment_id: UUID, actor: FleetRead, session: Read) -> TimeOffsOut:
    """A piece's time off still to come, the earliest first. For members of the company."""
    found = await time_off.list_to_come(session, actor, time_off.PIECE, equipment_id)
    return TimeOffsOut(items=[_out(taken) for taken in found])


@router.delete(
    "/equipment/{equipment_id}/time-off/{time_off_id}",
    status_code=204,
    responses=problems(*NOT_APART, TimeOffNotFound),
)
async def cancel_equipment_time_off(equipment_id: UUID, time_off_id: UUID, actor: TimeOffWrite, session: Write) -> None:
    """Give a piece of equipment back to bookings. For owners, managers and dispatchers."""
    await time_off.cancel(session, actor, time_off.PIECE, equipment_id, time_off_id)
