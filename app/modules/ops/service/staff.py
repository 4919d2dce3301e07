"""The platform's own people; the rules stand in `identity`."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.identity import public as identity
from app.modules.identity.public import ChangeStaffIn, HireIn, StaffOut
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources


async def list_staff(session: ReadSession, page: PageRequest) -> Sequence[StaffOut]:
    """The oldest first, deactivated ones too; up to one more than the page holds."""
    return await identity.list_staff(session, page)


async def hire_staff(session: WriteSession, resources: Resources, actor: Staff, body: HireIn) -> StaffOut:
    """Raises: EmailTaken (409), SignInBusy (503)."""
    return await identity.hire_staff(session, resources, actor, body)


async def change_staff(session: WriteSession, actor: Staff, staff_id: UUID, body: ChangeStaffIn) -> StaffOut:
    """Raises: StaffNotFound (404), LastAdmin (409)."""
    return await identity.change_staff(session, actor, staff_id, body)
