from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.paging import Page, cut
from app.modules.calendar.public import ResourceStillTaken
from app.modules.fleet.access import FleetRead, FleetWrite
from app.modules.fleet.errors import EquipmentNameTaken, EquipmentNotFound, PieceIsOne, Retired
from app.modules.fleet.schemas.equipment import EquipmentIn, EquipmentOut, EquipmentPatch
from app.modules.fleet.schemas.trucks import FleetQuery
from app.modules.fleet.service import equipment
from app.modules.orgs.public import BranchClosed, BranchNotFound
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/equipment", tags=["fleet"], route_class=IdempotentRoute)

TELLING = (EquipmentNameTaken, BranchNotFound, BranchClosed)


@router.post("", status_code=201, responses=problems(*TELLING))
async def add_equipment(body: EquipmentIn, actor: FleetWrite, session: Write, response: Response) -> EquipmentOut:
    """Add what goes along on trucks: counted, or one piece with a calendar of its own. For owners and managers."""
    added = await equipment.add_equipment(session, actor, body)
    put_etag(response, added.version)
    return EquipmentOut.model_validate(added)


@router.get("", responses=problems(CursorRefused))
async def list_equipment(
    query: Annotated[FleetQuery, Query()], actor: FleetRead, pager: Paging, session: Read, response: Response
) -> Page[EquipmentOut]:
    """Your equipment, the oldest first. For members of the company."""
    rows = await equipment.list_equipment(session, actor, pager.page(query), query)
    page, after = cut(rows, query.limit, lambda one: (one.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[EquipmentOut.model_validate(one) for one in page], next_cursor=cursor)


@router.get("/{equipment_id}", responses=problems(EquipmentNotFound))
async def show_equipment(equipment_id: UUID, actor: FleetRead, session: Read, response: Response) -> EquipmentOut:
    """One kind of your equipment. For members of the company."""
    shown = await equipment.show_equipment(session, actor, equipment_id)
    put_etag(response, shown.version)
    return EquipmentOut.model_validate(shown)


@router.patch(
    "/{equipment_id}", responses=problems(EquipmentNotFound, Retired, PieceIsOne, PreconditionFailed, *TELLING)
)
async def change_equipment(
    equipment_id: UUID, patch: EquipmentPatch, actor: FleetWrite, session: Write, response: Response, if_match: IfMatch
) -> EquipmentOut:
    """Change equipment, such as its stock after it was counted. For owners and managers."""
    changed = await equipment.change_equipment(session, actor, equipment_id, patch, if_match)
    put_etag(response, changed.version)
    return EquipmentOut.model_validate(changed)


@router.delete(
    "/{equipment_id}", status_code=204, responses=problems(EquipmentNotFound, ResourceStillTaken, PreconditionFailed)
)
async def retire_equipment(equipment_id: UUID, actor: FleetWrite, session: Write, if_match: IfMatch) -> None:
    """Take equipment out of use for good. For owners and managers."""
    await equipment.retire_equipment(session, actor, equipment_id, if_match)
