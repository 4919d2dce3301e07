from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.fleet.access import CrewInvite
from app.modules.fleet.errors import DriverInvited, DriverNotFound, DriverSignsIn, Retired
from app.modules.fleet.schemas.drivers import InviteCrewIn
from app.modules.fleet.service import invitations
from app.modules.identity.public import AlreadyMember, InvitationOpen, InvitationOut, TooManyInvitations
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import SigninWrite

# Without keys, as other invitations: a second one is told by the one that stands there.
router = APIRouter(prefix="/v1", tags=["fleet"], route_class=TransactionalRoute)


@router.post(
    "/drivers/{driver_id}/invitations",
    status_code=201,
    responses=problems(
        DriverNotFound, Retired, DriverSignsIn, DriverInvited, AlreadyMember, InvitationOpen, TooManyInvitations
    ),
)
async def invite_crew(
    driver_id: UUID, body: InviteCrewIn, actor: CrewInvite, session: SigninWrite, request: Request
) -> InvitationOut:
    """Ask a driver or helper to sign in: who accepts becomes a member with the role of drivers, and sees their jobs.

    It is one of your company's invitations, where it is sent again or revoked. For owners and managers.
    """
    return await invitations.invite_crew(session, resources_of(request), actor, driver_id, body.email)
