from __future__ import annotations

from datetime import datetime
from uuid import UUID

from app.kernel.actor import System
from app.kernel.ids import new_id
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.models import User
from app.modules.identity.values import StaffRole
from app.runtime.db.session import WriteSession


async def create_staff(
    session: WriteSession, *, email: str, full_name: str, password_hash: str, role: StaffRole, now: datetime
) -> UUID:
    """A member of the platform's staff: made by the operator's command line, never over HTTP.

    Raises: EmailTaken (409).
    """
    user = User(
        id=new_id(),
        email=email.lower(),
        password_hash=password_hash,
        full_name=full_name,
        staff_role=role,
        disabled_at=None,
        email_verified_at=now,
        version=1,
        created_at=now,
        updated_at=now,
    )
    await repository.insert_user(session, user)
    record(session, System(now), Change("identity.staff_created", "user", user.id, after={"role": role}))
    return user.id
