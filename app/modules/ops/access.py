from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated

from fastapi import Depends

from app.kernel.actor import Staff
from app.kernel.permissions import STAFF_ROLES, StaffPermission
from app.modules.identity import public as identity
from app.runtime.auth.dependencies import CurrentStaff, RoleNotAllowed
from app.runtime.db.session import ReadSession
from app.runtime.web.sessions import Write


async def staff_of(session: ReadSession, actor: Staff, permission: StaffPermission) -> Staff:
    """The staff member with their role, as the database has it now, where that has the permission.

    Raises: RoleNotAllowed (403), SessionEnded (401).
    """
    role = await identity.staff_role(session, actor.user_id)
    if role is None or role not in STAFF_ROLES[permission]:
        raise RoleNotAllowed(f"This needs one of: {', '.join(STAFF_ROLES[permission])}. You are {role}.")
    return replace(actor, role=role)


def allow_staff(permission: StaffPermission) -> Callable[[CurrentStaff, Write], Awaitable[Staff]]:
    """A dependency that lets in whom `staff_of` does."""

    async def staff_of_role(actor: CurrentStaff, session: Write) -> Staff:
        return await staff_of(session, actor, permission)

    return staff_of_role


CasesRead = Annotated[Staff, Depends(allow_staff(StaffPermission.CASES_READ))]
CasesNote = Annotated[Staff, Depends(allow_staff(StaffPermission.CASES_NOTE))]
CasesDecide = Annotated[Staff, Depends(allow_staff(StaffPermission.CASES_DECIDE))]
CompaniesRead = Annotated[Staff, Depends(allow_staff(StaffPermission.COMPANIES_READ))]
CompaniesSuspend = Annotated[Staff, Depends(allow_staff(StaffPermission.COMPANIES_SUSPEND))]
CustomersRead = Annotated[Staff, Depends(allow_staff(StaffPermission.CUSTOMERS_READ))]
PacksRead = Annotated[Staff, Depends(allow_staff(StaffPermission.PACKS_READ))]
PacksEnforce = Annotated[Staff, Depends(allow_staff(StaffPermission.PACKS_ENFORCE))]
StaffRead = Annotated[Staff, Depends(allow_staff(StaffPermission.STAFF_MANAGE))]
SettingsRead = Annotated[Staff, Depends(allow_staff(StaffPermission.SETTINGS_READ))]
SettingsWrite = Annotated[Staff, Depends(allow_staff(StaffPermission.SETTINGS_WRITE))]
TextsRead = Annotated[Staff, Depends(allow_staff(StaffPermission.TEXTS_READ))]
TrailsRead = Annotated[Staff, Depends(allow_staff(StaffPermission.TRAILS_READ))]


async def freshly_proved_admin(actor: StaffRead, session: Write) -> Staff:
    """Raises: StepUpRequired (403), RoleNotAllowed (403), SessionEnded (401)."""
    await identity.require_fresh_proof(session, actor)
    return actor


StaffManage = Annotated[Staff, Depends(freshly_proved_admin)]
