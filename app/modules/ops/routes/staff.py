from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.identity.public import (
    ChangeStaffIn,
    EmailTaken,
    HireIn,
    LastAdmin,
    StaffNotFound,
    StaffOut,
    StepUpRequired,
)
from app.modules.ops.access import StaffManage, StaffRead
from app.modules.ops.service import staff
from app.runtime.auth.passwords import SignInBusy
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Write

# Without keys: hiring somebody a second time is told by the address that is taken.
router = APIRouter(prefix="/v1/ops/staff", tags=["staff"], route_class=TransactionalRoute)


@router.get("", responses=problems(CursorRefused))
async def list_staff(
    query: PlainListQuery, actor: StaffRead, pager: Paging, session: Write, response: Response
) -> Page[StaffOut]:
    """The platform's own people, the oldest first, deactivated ones too. For admins."""
    rows = await staff.list_staff(session, pager.page(query))
    page, after = cut(rows, query.limit, lambda one: (one.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.post("", status_code=201, responses=problems(EmailTaken, SignInBusy, StepUpRequired))
async def hire_staff(body: HireIn, actor: StaffManage, session: Write, request: Request) -> StaffOut:
    """Make somebody a member of the staff; a link to choose a password is mailed to them. For admins."""
    return await staff.hire_staff(session, resources_of(request), actor, body)


@router.patch("/{staff_id}", responses=problems(StaffNotFound, LastAdmin, StepUpRequired))
async def change_staff(staff_id: UUID, body: ChangeStaffIn, actor: StaffManage, session: Write) -> StaffOut:
    """Give one of the staff another role, deactivate them or let them in again; their sessions end. For admins."""
    return await staff.change_staff(session, actor, staff_id, body)
