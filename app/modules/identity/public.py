"""What other modules may ask of people who sign in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.kernel.actor import Role
from app.modules.identity import repository, service
from app.modules.identity.errors import EmailNotVerified, EmailTaken
from app.modules.identity.schemas import StaffIn
from app.modules.identity.values import StaffRole
from app.runtime.db.session import ReadSession, WriteSession

__all__ = [
    "EmailNotVerified",
    "EmailTaken",
    "StaffIn",
    "StaffRole",
    "create_staff",
    "office_emails",
    "require_verified_email",
    "staff_role",
]

OFFICE = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)


async def office_emails(session: ReadSession, org_id: UUID) -> list[str]:
    """Where a company's office is written to: owners, managers and dispatchers."""
    return [row.email for row in await repository.list_member_emails(session, org_id, OFFICE)]


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
