from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.money import money_out
from app.kernel.paging import Page, cut
from app.modules.calendar.public import ResourceStillTaken
from app.modules.fleet.access import CrewRead, FleetWrite, WagesRead
from app.modules.fleet.errors import DriverNotFound, LicenseRefused, LicenseTaken, MemberTaken, MemberUnknown, Retired
from app.modules.fleet.models import Driver
from app.modules.fleet.schemas.drivers import DriverIn, DriverOut, DriverPatch, HourlyCostIn, HourlyCostOut
from app.modules.fleet.schemas.trucks import FleetQuery
from app.modules.fleet.service import drivers
from app.modules.orgs.public import BranchClosed, BranchNotFound
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["fleet"], route_class=IdempotentRoute)

# What can be wrong with where somebody belongs, and with whom they sign in as.
TELLING = (BranchNotFound, BranchClosed, MemberTaken, MemberUnknown)


@router.post(
    "/drivers",
    status_code=201,
    responses=problems(LicenseTaken, LicenseRefused, *TELLING),
)
async def add_driver(body: DriverIn, actor: FleetWrite, session: Write, response: Response) -> DriverOut:
    """Put a driver or helper into service: bookable at once, a driver until the licence expires.

    For owners and managers.
    """
    driver = await drivers.add_driver(session, actor, body)
    put_etag(response, driver.version)
    return drivers.driver_out(session.seals, driver)


@router.get("/drivers", responses=problems(CursorRefused))
async def list_drivers(
    query: Annotated[FleetQuery, Query()], actor: CrewRead, pager: Paging, session: Read, response: Response
) -> Page[DriverOut]:
    """Your drivers and helpers, the oldest first. For owners, managers and dispatchers."""
    rows = await drivers.list_drivers(session, actor, pager.page(query), query)
    page, after = cut(rows, query.limit, lambda driver: (driver.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[drivers.driver_out(session.seals, driver) for driver in page], next_cursor=cursor)


@router.get("/drivers/{driver_id}", responses=problems(DriverNotFound))
async def show_driver(driver_id: UUID, actor: CrewRead, session: Read, response: Response) -> DriverOut:
    """One of your drivers or helpers. For owners, managers and dispatchers."""
    driver = await drivers.show_driver(session, actor, driver_id)
    put_etag(response, driver.version)
    return drivers.driver_out(session.seals, driver)


@router.patch(
    "/drivers/{driver_id}",
    responses=problems(DriverNotFound, Retired, LicenseTaken, LicenseRefused, PreconditionFailed, *TELLING),
)
async def change_driver(
    driver_id: UUID, patch: DriverPatch, actor: FleetWrite, session: Write, response: Response, if_match: IfMatch
) -> DriverOut:
    """Change a driver or helper, such as for a renewed licence. For owners and managers."""
    driver = await drivers.change_driver(session, actor, driver_id, patch, if_match)
    put_etag(response, driver.version)
    return drivers.driver_out(session.seals, driver)


@router.delete(
    "/drivers/{driver_id}", status_code=204, responses=problems(DriverNotFound, ResourceStillTaken, PreconditionFailed)
)
async def retire_driver(driver_id: UUID, actor: FleetWrite, session: Write, if_match: IfMatch) -> None:
    """Take a driver or helper out of service for good; refused while jobs to come need them.

    For owners and managers.
    """
    await drivers.retire_driver(session, actor, driver_id, if_match)


def _cost_out(driver: Driver) -> HourlyCostOut:
    cost, currency = driver.hourly_cost, driver.hourly_cost_currency
    told = None if cost is None or currency is None else money_out(cost, currency)
    return HourlyCostOut(driver_id=driver.id, full_name=driver.full_name, role=driver.role, hourly_cost=told)


@router.get("/crew-costs", responses=problems(CursorRefused))
async def list_hourly_costs(
    query: Annotated[FleetQuery, Query()], actor: WagesRead, pager: Paging, session: Read, response: Response
) -> Page[HourlyCostOut]:
    """What an hour of each driver and helper costs you, the oldest first. For owners, managers and accountants."""
    rows = await drivers.list_drivers(session, actor, pager.page(query), query)
    page, after = cut(rows, query.limit, lambda driver: (driver.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[_cost_out(driver) for driver in page], next_cursor=cursor)


@router.get("/drivers/{driver_id}/hourly-cost", responses=problems(DriverNotFound))
async def show_hourly_cost(driver_id: UUID, actor: WagesRead, session: Read, response: Response) -> HourlyCostOut:
    """What an hour of somebody costs you. For owners, managers and accountants."""
    driver = await drivers.show_driver(session, actor, driver_id)
    put_etag(response, driver.version)
    return _cost_out(driver)


@router.put("/drivers/{driver_id}/hourly-cost", responses=problems(DriverNotFound, Retired, PreconditionFailed))
async def set_hourly_cost(
    driver_id: UUID, body: HourlyCostIn, actor: FleetWrite, session: Write, response: Response, if_match: IfMatch
) -> HourlyCostOut:
    """Say what an hour of somebody costs you. For owners and managers."""
    cost = None if body.hourly_cost is None else body.hourly_cost.to_money()
    driver = await drivers.set_hourly_cost(session, actor, driver_id, cost, if_match)
    put_etag(response, driver.version)
    return _cost_out(driver)
