"""Asking somebody of the crew to sign in. Who accepts is told to the fleet by an event: identity knows no crews."""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import MoverMember, Role, System
from app.modules.audit.public import Change, record
from app.modules.fleet import repository
from app.modules.fleet.errors import DriverInvited, DriverNotFound, DriverSignsIn, Retired
from app.modules.identity import public as identity
from app.modules.identity.events import InvitationAccepted
from app.runtime.db.session import WriteSession
from app.runtime.resources import Resources


async def invite_crew(
    session: WriteSession, resources: Resources, actor: MoverMember, driver_id: UUID, email: str
) -> identity.InvitationOut:
    """Invite a driver or helper as a member with the role of drivers. As the sign-in audience.

    Locks: the session, the company's members, then the driver.
    Raises: DriverNotFound (404), Retired (409), DriverSignsIn (409), DriverInvited (409), AlreadyMember (409),
    InvitationOpen (409), TooManyInvitations (409). Emits: identity.invited.
    """
    wanted = identity.InviteIn(email=email, role=Role.DRIVER)
    invitation = await identity.invite(session, resources, actor, wanted)
    driver = await repository.lock_invited(session, actor.org_id, driver_id)
    if driver is None:
        raise DriverNotFound
    if driver.retired_at is not None:
        raise Retired
    if driver.user_id is not None:
        raise DriverSignsIn
    former = driver.invitation_id
    if former is not None and not await identity.is_invitation_revoked(session, actor.org_id, former):
        raise DriverInvited
    await repository.set_invitation(session, actor.org_id, driver_id, invitation.id, actor.now)
    return invitation


async def link_member(session: WriteSession, actor: System, accepted: InvitationAccepted) -> None:
    """Let a driver or helper sign in as who accepted their invitation.

    Unless that was none of the crew's, the member has gone meanwhile, or is another of the crew by then.
    Locks: the driver.
    """
    org_id, user_id = accepted.org_id, accepted.user_id
    driver = await repository.lock_driver_of_invitation(session, org_id, accepted.invitation_id)
    if driver is None:
        return
    is_free = await repository.get_crew_id(session, org_id, user_id) is None
    if is_free and await identity.is_member(session, org_id, user_id):
        driver.user_id = user_id
        record(
            session,
            actor,
            Change("fleet.driver_linked", "driver", driver.id, before={"user_id": None}, after={"user_id": user_id}),
        )
    driver.change(actor.now, invitation_id=None)
