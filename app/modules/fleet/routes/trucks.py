from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.paging import Page, cut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.calendar.public import ResourceStillTaken
from app.modules.fleet.access import FleetLocate, FleetRead, FleetWrite
from app.modules.fleet.errors import PlateTaken, Retired, SightingInFuture, TruckNotFound
from app.modules.fleet.schemas.trucks import FleetQuery, SightingIn, SightingOut, TruckIn, TruckOut, TruckPatch
from app.modules.fleet.service import sightings, trucks
from app.modules.fleet.values import Sighting
from app.modules.orgs.public import BranchClosed, BranchNotFound
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.limits import limit_sightings
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["fleet"], route_class=IdempotentRoute)

BRANCH = (BranchNotFound, BranchClosed)


@router.post("/trucks", status_code=201, responses=problems(PlateTaken, PlaceNotLocated, *BRANCH))
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
    rows = await trucks.list_trucks(session, actor, pager.page(query), query)
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
    "/trucks/{truck_id}",
    responses=problems(TruckNotFound, Retired, PlateTaken, PlaceNotLocated, PreconditionFailed, *BRANCH),
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


@router.put("/trucks/{truck_id}/location", responses=problems(TruckNotFound, Retired, SightingInFuture))
async def report_location(
    truck_id: UUID, body: SightingIn, actor: FleetLocate, session: Write, request: Request
) -> SightingOut:
    """Tell where a truck is; the youngest told is kept, and answered. For the office, and drivers on a job with it."""
    await limit_sightings(request, actor.org_id, truck_id, actor.id)
    told = Sighting(body.location, body.recorded_at)
    return SightingOut.model_validate(await sightings.report_sighting(session, actor, truck_id, told))
