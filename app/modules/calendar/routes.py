from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.modules.calendar import service
from app.modules.calendar.access import CrewRead, LimitsRead, LimitsWrite, ShiftsWrite, TrucksRead
from app.modules.calendar.errors import ResourceNotFound
from app.modules.calendar.schemas import DayLimitsIn, DayLimitsOut, ShiftsIn, ShiftsOut
from app.modules.calendar.service.limits import Chosen
from app.modules.calendar.service.shifts import Written
from app.modules.orgs.public import BranchClosed, BranchNotFound
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["calendar"], route_class=IdempotentRoute)


def _answer(written: Written, response: Response) -> ShiftsOut:
    put_etag(response, written.version)
    body = written.body
    return ShiftsOut(weekly=body.weekly, exceptions=body.exceptions, zone=written.zone, version=written.version)


@router.get("/trucks/{truck_id}/shifts", responses=problems(ResourceNotFound))
async def show_truck_shifts(truck_id: UUID, actor: TrucksRead, session: Read, response: Response) -> ShiftsOut:
    """When a truck can be booked: hours of the week, and days that differ. For members of the company."""
    return _answer(await service.show_shifts(session, actor, truck_id, of_truck=True), response)


@router.put("/trucks/{truck_id}/shifts", responses=problems(ResourceNotFound, PreconditionFailed))
async def set_truck_shifts(
    truck_id: UUID, body: ShiftsIn, actor: ShiftsWrite, session: Write, response: Response, if_match: IfMatch
) -> ShiftsOut:
    """Choose when a truck can be booked; jobs that stand stay. For owners, managers and dispatchers."""
    written = await service.set_shifts(session, actor, truck_id, body, version=if_match, of_truck=True)
    return _answer(written, response)


@router.get("/drivers/{driver_id}/shifts", responses=problems(ResourceNotFound))
async def show_driver_shifts(driver_id: UUID, actor: CrewRead, session: Read, response: Response) -> ShiftsOut:
    """When a driver or helper works: hours of the week, and days that differ. For owners, managers and dispatchers."""
    return _answer(await service.show_shifts(session, actor, driver_id, of_truck=False), response)


@router.put("/drivers/{driver_id}/shifts", responses=problems(ResourceNotFound, PreconditionFailed))
async def set_driver_shifts(
    driver_id: UUID, body: ShiftsIn, actor: ShiftsWrite, session: Write, response: Response, if_match: IfMatch
) -> ShiftsOut:
    """Choose when a driver or helper works; jobs that stand stay. For owners, managers and dispatchers."""
    written = await service.set_shifts(session, actor, driver_id, body, version=if_match, of_truck=False)
    return _answer(written, response)


def _limits(chosen: Chosen, response: Response) -> DayLimitsOut:
    put_etag(response, chosen.version)
    return DayLimitsOut(**chosen.limits.model_dump(), zone=chosen.zone, version=chosen.version)


@router.get("/org/day-limits")
async def show_limits(actor: LimitsRead, session: Read, response: Response) -> DayLimitsOut:
    """How many jobs your company takes on a day. For its members."""
    return _limits(await service.show_limits(session, actor), response)


@router.put("/org/day-limits", responses=problems(PreconditionFailed, BranchNotFound, BranchClosed))
async def set_limits(
    body: DayLimitsIn, actor: LimitsWrite, session: Write, response: Response, if_match: IfMatch
) -> DayLimitsOut:
    """Choose how many jobs can be sold on a day; those that stand stay, and count. For owners and managers."""
    return _limits(await service.set_limits(session, actor, body, if_match), response)
