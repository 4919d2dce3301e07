from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.modules.orgs.access import OrgRead, OrgWrite
from app.modules.orgs.errors import DayOffNotFound, DayOffPast, DayOffStands, OrgNotFound
from app.modules.orgs.schemas.days_off import DayOffIn, DayOffOut, DaysOffOut
from app.modules.orgs.service import days_off
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org/days-off", tags=["companies"], route_class=IdempotentRoute)


@router.get("", responses=problems(OrgNotFound))
async def list_days_off(actor: OrgRead, session: Read) -> DaysOffOut:
    """The days to come on which your company takes no jobs of customers. For its members."""
    found = await days_off.list_days_off(session, actor)
    return DaysOffOut(items=[DayOffOut.model_validate(one) for one in found])


@router.post("", status_code=201, responses=problems(OrgNotFound, DayOffPast, DayOffStands))
async def add_day_off(body: DayOffIn, actor: OrgWrite, session: Write) -> DayOffOut:
    """Take no jobs of customers on a day; those that are booked stay. For owners and managers."""
    return DayOffOut.model_validate(await days_off.add_day_off(session, actor, body))


@router.delete("/{day_off_id}", status_code=204, responses=problems(DayOffNotFound))
async def remove_day_off(day_off_id: UUID, actor: OrgWrite, session: Write) -> None:
    """Work on a day after all. For owners and managers."""
    await days_off.remove_day_off(session, actor, day_off_id)
