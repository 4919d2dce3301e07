"""What other modules may ask of people who sign in."""

from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Role
from app.modules.identity import repository
from app.modules.identity.errors import EmailTaken
from app.runtime.db.session import ReadSession

__all__ = ["EmailTaken", "office_emails"]

OFFICE = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)


async def office_emails(session: ReadSession, org_id: UUID) -> list[str]:
    """Where a company's office is written to: owners, managers and dispatchers."""
    return [row.email for row in await repository.list_member_emails(session, org_id, OFFICE)]
