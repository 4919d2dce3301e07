from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.localtime import LocalTimeRefused
from app.kernel.paging import Page, cut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.calendar.public import ResourceNotFound, ResourceStillTaken, SlotTaken, TimeOffNotFound, WindowRefused
from app.modules.calendar.values import TimeOff
from app.modules.fleet.access import CrewRead, FleetRead, FleetWrite, TimeOffWrite
from app.modules.fleet.errors import (
    DriverNotFound,
    LicenseRefused,
    LicenseTaken,
    PlateTaken,
    Retired,
    TruckNotFound,
)
from app.modules.fleet.schemas import (
    DriverIn,
    DriverOut,
    DriverPatch,
    FleetQuery,
    TimeOffIn,
    TimeOffOut,
    TimeOffsOut,
    TruckIn,
    TruckOut,
    TruckPatch,
)
from app.modules.fleet.service import drivers, time_off, trucks
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["fleet"], route_class=IdempotentRoute)

TIME_OFF_REFUSALS = (Retired, ResourceNotFound, SlotTaken, WindowRefused, LocalTimeRefused)


@router.post("/trucks", status_code=201, responses=problems(PlateTaken, PlaceNotLocated))
async def add_truck(body: TruckIn, actor: FleetWrite, session: Write, request: Request, response: Response) -> TruckOut:
    """Put a truck into service: it can be booked at once. For owners and managers."""
    base = await trucks.locate_base(resources_of(request).ports, body.base)
    truck = await trucks.add_truck(session, actor, body, base)
    put_etag(response, truck.version)
    return TruckOut.model_validate(truck)


@router.get("/trucks", responses=problems(CursorRefused))
async def list_trucks(
    query: Annotated[FleetQuery, Query()], actor: FleetRead, pager: Paging, session: Read, response: Response
) -> Page[TruckOut]:
    """Your trucks, the oldest first. For members of the company."""
    rows = await trucks.list_trucks(session, actor, pager.page(query), in_service=query.in_service)
    page, after = cut(rows, query.limit, lambda truck: (truck.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[TruckOut.model_validate(truck) for truck in page], next_cursor=cursor)


@router.get("/trucks/{truck_id}", responses=problems(TruckNotFound))
async def show_truck(truck_id: UUID, actor: FleetRead, session: Read, response: Response) -> TruckOut:
    """One of your trucks. For members of the company."""
    truck = await trucks.show_truck(session, actor, truck_id)
    put_etag(response, truck.version)
    return TruckOut.model_validate(truck)


@router.patch(
    "/trucks/{truck_id}", responses=problems(TruckNotFound, Retired, PlateTaken, PlaceNotLocated, PreconditionFailed)
)
async def change_truck(
    truck_id: UUID,
    patch: TruckPatch,
    actor: FleetWrite,
    session: Write,
    request: Request,
    response: Response,
    if_match: IfMatch,
) -> TruckOut:
    """Change a truck; jobs it was given stay with it. For owners and managers."""
    base = await trucks.locate_base(resources_of(request).ports, patch.base) if patch.base else None
    truck = await trucks.change_truck(session, actor, truck_id, patch, base=base, version=if_match)
    put_etag(response, truck.version)
    return TruckOut.model_validate(truck)


@router.delete(
    "/trucks/{truck_id}", status_code=204, responses=problems(TruckNotFound, ResourceStillTaken, PreconditionFailed)
)
async def retire_truck(truck_id: UUID, actor: FleetWrite, session: Write, if_match: IfMatch) -> None:
    """Take a truck out of service for good; refused while jobs to come need it. For owners and managers."""
    await trucks.retire_truck(session, actor, truck_id, if_match)


@router.post("/drivers", status_code=201, responses=problems(LicenseTaken, LicenseRefused))
async def add_driver(body: DriverIn, actor: FleetWrite, session: Write, response: Response) -> DriverOut:
    """Put a driver or helper into service: bookable at once, a driver until the licence expires.

    For owners and managers.
    """
    driver = await drivers.add_driver(session, actor, body)
    put_etag(response, driver.version)
    return DriverOut.model_validate(driver)


@router.get("/drivers", responses=problems(CursorRefused))
async def list_drivers(
    query: Annotated[FleetQuery, Query()], actor: CrewRead, pager: Paging, session: Read, response: Response
) -> Page[DriverOut]:
    """Your drivers and helpers, the oldest first. For owners, managers and dispatchers."""
    rows = await drivers.list_drivers(session, actor, pager.page(query), in_service=query.in_service)
    page, after = cut(rows, query.limit, lambda driver: (driver.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[DriverOut.model_validate(driver) for driver in page], next_cursor=cursor)


@router.get("/drivers/{driver_id}", responses=problems(DriverNotFound))
async def show_driver(driver_id: UUID, actor: CrewRead, session: Read, response: Response) -> DriverOut:
    """One of your drivers or helpers. For owners, managers and dispatchers."""
    driver = await drivers.show_driver(session, actor, driver_id)
    put_etag(response, driver.version)
    return DriverOut.model_validate(driver)


@router.patch(
    "/drivers/{driver_id}",
    responses=problems(DriverNotFound, Retired, LicenseTaken, LicenseRefused, PreconditionFailed),
)
async def change_driver(
    driver_id: UUID, patch: DriverPatch, actor: FleetWrite, session: Write, response: Response, if_match: IfMatch
) -> DriverOut:
    """Change a driver or helper, such as for a renewed licence. For owners and managers."""
    driver = await drivers.change_driver(session, actor, driver_id, patch, if_match)
    put_etag(response, driver.version)
    return DriverOut.model_validate(driver)


@router.delete(
    "/drivers/{driver_id}", status_code=204, responses=problems(DriverNotFound, ResourceStillTaken, PreconditionFailed)
)
async def retire_driver(driver_id: UUID, actor: FleetWrite, session: Write, if_match: IfMatch) -> None:
    """Take a driver or helper out of service for good; refused while jobs to come need them.

    For owners and managers.
    """
    await drivers.retire_driver(session, actor, driver_id, if_match)


def _out(taken: TimeOff) -> TimeOffOut:
    return TimeOffOut(id=taken.id, starts_at=taken.window.starts_at, ends_at=taken.window.ends_at)


@router.post("/trucks/{truck_id}/time-off", status_code=201, responses=problems(TruckNotFound, *TIME_OFF_REFUSALS))
async def take_truck_off(truck_id: UUID, body: TimeOffIn, actor: TimeOffWrite, session: Write) -> TimeOffOut:
    """Keep a truck out of bookings for a while. For owners, managers and dispatchers."""
    return _out(await time_off.take_truck_off(session, actor, truck_id, body))


@router.get("/trucks/{truck_id}/time-off", responses=problems(TruckNotFound))
async def list_truck_time_off(truck_id: UUID, actor: FleetRead, session: Read) -> TimeOffsOut:
    """A truck's time off still to come, the earliest first. For members of the company."""
    found = await time_off.list_truck_time_off(session, actor, truck_id)
    return TimeOffsOut(items=[_out(taken) for taken in found])


@router.delete(
    "/trucks/{truck_id}/time-off/{time_off_id}", status_code=204, responses=problems(TruckNotFound, TimeOffNotFound)
)
async def cancel_truck_time_off(truck_id: UUID, time_off_id: UUID, actor: TimeOffWrite, session: Write) -> None:
    """Give a truck back to bookings. For owners, managers and dispatchers."""
    await time_off.cancel_truck_time_off(session, actor, truck_id, time_off_id)


@router.post("/drivers/{driver_id}/time-off", status_code=201, responses=problems(DriverNotFound, *TIME_OFF_REFUSALS))
async def take_driver_off(driver_id: UUID, body: TimeOffIn, actor: TimeOffWrite, session: Write) -> TimeOffOut:
    """Keep a driver or helper out of bookings for a while. For owners, managers and dispatchers."""
    return _out(await time_off.take_driver_off(session, actor, driver_id, body))


@router.get("/drivers/{driver_id}/time-off", responses=problems(DriverNotFound))
async def list_driver_time_off(driver_id: UUID, actor: CrewRead, session: Read) -> TimeOffsOut:
    """A driver's or helper's time off still to come, the earliest first. For owners, managers and dispatchers."""
    found = await time_off.list_driver_time_off(session, actor, driver_id)
    return TimeOffsOut(items=[_out(taken) for taken in found])


@router.delete(
    "/drivers/{driver_id}/time-off/{time_off_id}", status_code=204, responses=problems(DriverNotFound, TimeOffNotFound)
)
async def cancel_driver_time_off(driver_id: UUID, time_off_id: UUID, actor: TimeOffWrite, session: Write) -> None:
    """Give a driver or helper back to bookings. For owners, managers and dispatchers."""
    await time_off.cancel_driver_time_off(session, actor, driver_id, time_off_id)
