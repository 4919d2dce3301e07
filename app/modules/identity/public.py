"""What other modules may ask of people who sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.kernel.actor import MoverMember, Role, Staff
from app.kernel.paging import PageRequest
from app.modules.identity import repository, service
from app.modules.identity.errors import (
    AlreadyMember,
    EmailNotVerified,
    EmailTaken,
    InvitationOpen,
    LastAdmin,
    StaffNotFound,
    StepUpRequired,
    TooManyInvitations,
)
from app.modules.identity.models import User
from app.modules.identity.repository.addresses import email_of
from app.modules.identity.schemas import ChangeStaffIn, Email, HireIn, InvitationOut, InviteIn, StaffIn, StaffOut
from app.modules.identity.service import invitations
from app.modules.identity.values import StaffRole
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources

__all__ = [
    "AlreadyMember",
    "ChangeStaffIn",
    "Email",
    "EmailNotVerified",
    "EmailTaken",
    "HireIn",
    "InvitationOpen",
    "InvitationOut",
    "InviteIn",
    "LastAdmin",
    "StaffIn",
    "StaffNotFound",
    "StaffOut",
    "StaffRole",
    "StepUpRequired",
    "TooManyInvitations",
    "change_staff",
    "create_staff",
    "has_verified_email",
    "hire_staff",
    "invite",
    "is_invitation_revoked",
    "is_member",
    "list_staff",
    "office_emails",
    "orgs_of_email",
    "require_fresh_proof",
    "require_verified_email",
    "staff_role",
]

OFFICE = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)


async def office_emails(session: ReadSession, org_id: UUID) -> list[str]:
    """Where a company's office is written to: owners, managers and dispatchers."""
    return [row.email for row in await repository.list_member_emails(session, org_id, OFFICE)]


async def is_member(session: ReadSession, org_id: UUID, user_id: UUID) -> bool:
    """Whether this user is an active member of the company. As the company."""
    return await repository.get_role(session, org_id, user_id) is not None


async def invite(session: WriteSession, resources: Resources, actor: MoverMember, body: InviteIn) -> InvitationOut:
    """Ask somebody to become a member, by a link that is mailed. As the sign-in audience.

    Locks: the session, the company's members. Raises: OwnersAlone (403), StepUpRequired (403) for an owner or manager
    to be, AlreadyMember (409), InvitationOpen (409), TooManyInvitations (409), SessionEnded (401). Emits:
    identity.invited.
    """
    return invitations.invitation_out(session.seals, await invitations.invite(session, resources, actor, body))


async def is_invitation_revoked(session: ReadSession, org_id: UUID, invitation_id: UUID) -> bool:
    """Whether nobody can accept it any more, and nobody has; those that are too old are, once somebody is invited."""
    invitation = await repository.get_invitation(session, org_id, invitation_id)
    return invitation is None or invitation.revoked_at is not None


async def has_verified_email(session: ReadSession, user_id: UUID) -> bool:
    """Whether this member has shown their e-mail address to be theirs."""
    return await service.has_verified_email(session, user_id)


async def require_verified_email(session: ReadSession, user_id: UUID) -> None:
    """Whether the caller has shown their e-mail address to be theirs. Raises: EmailNotVerified (403)."""
    await service.require_verified_email(session, user_id)


async def create_staff(session: WriteSession, person: StaffIn, password_hash: str, now: datetime) -> UUID:
    """A member of the platform's staff, for the operator's command line. Raises: EmailTaken (409)."""
    return await service.create_staff(
        session,
        email=person.email,
        full_name=person.full_name,
        password_hash=password_hash,
        role=person.role,
        now=now,
    )


async def staff_role(session: ReadSession | WriteSession, user_id: UUID) -> StaffRole | None:
    """What a member of the staff is now, whatever their token says; None: none, or disabled."""
    user = await repository.get_user(session, user_id)
    return user.staff_role if user is not None and user.disabled_at is None else None


async def require_fresh_proof(session: ReadSession, actor: MoverMember | Staff) -> None:
    """For what a stolen session must not do. Raises: StepUpRequired (403), SessionEnded (401)."""
    await service.require_fresh_proof(session, actor)


async def hire_staff(session: WriteSession, resources: Resources, actor: Staff, body: HireIn) -> StaffOut:
    """Somebody becomes a member of the staff, and is mailed a link to choose a password. Raises: EmailTaken (409)."""
    return _staff_out(session, await service.hire(session, resources, actor, body))


async def list_staff(session: ReadSession, page: PageRequest) -> list[StaffOut]:
    """Up to one more than the page holds, the oldest first, deactivated ones too."""
    return [_staff_out(session, user) for user in await service.list_staff(session, page)]


async def change_staff(session: WriteSession, actor: Staff, staff_id: UUID, body: ChangeStaffIn) -> StaffOut:
    """Another role, deactivated, or active again; their sessions end.

    Locks: the platform's staff. Raises: StaffNotFound (404), LastAdmin (409), SessionEnded (401).
    """
    return _staff_out(session, await service.change_staff(session, actor, staff_id, body))


def _staff_out(session: ReadSession, user: User) -> StaffOut:
    return StaffOut.model_validate(
        {
            "id": user.id,
            "email": email_of(session.seals, user),
            "full_name": user.full_name,
            "role": user.staff_role,
            "is_active": user.disabled_at is None,
            "email_verified_at": user.email_verified_at,
            "created_at": user.created_at,
        }
    )


async def orgs_of_email(session: ReadSession, email: str) -> set[UUID]:
    """For staff: the companies that somebody with this address is a member of, or was."""
    return await repository.list_orgs_of_email(session, email.lower())
