"""A person's row as it begins, and a person as signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.actor import Role, StaffRole
from app.kernel.ids import new_id
from app.modules.identity.models import User
from app.modules.identity.repository.addresses import email_of, user_columns
from app.modules.orgs import public as orgs
from app.modules.orgs.public import OrgOut
from app.runtime.db.session import ReadSession
from app.runtime.sealing import Seals


@dataclass(frozen=True, slots=True)
class Person:
    """A user as signed in: for a company in a role, or as staff."""

    user_id: UUID
    email: str
    full_name: str
    staff_role: StaffRole | None
    email_verified_at: datetime | None
    org_id: UUID | None
    role: Role | None
    organization: OrgOut | None


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who gets an account. `email_verified_at`: None where nobody has shown to read its mail yet."""

    email: str
    full_name: str
    password_hash: str
    staff_role: StaffRole | None = None
    email_verified_at: datetime | None = None


def new_user(seals: Seals, newcomer: Newcomer, now: datetime, user_id: UUID | None = None) -> User:
    user_id = user_id or new_id()
    return User(
        id=user_id,
        **user_columns(seals, user_id, newcomer.email),
        password_hash=newcomer.password_hash,
        full_name=newcomer.full_name,
        staff_role=newcomer.staff_role,
        disabled_at=None,
        email_verified_at=newcomer.email_verified_at,
        version=1,
        created_at=now,
        updated_at=now,
    )


def staff_person(seals: Seals, user: User) -> Person:
    return Person(
        user.id, email_of(seals, user), user.full_name, user.staff_role, user.email_verified_at, None, None, None
    )


async def member_person(session: ReadSession, user: User, org_id: UUID, role: Role) -> Person:
    """The user as a member of the company that the transaction acts for."""
    organization = await orgs.profile(session, org_id)
    email = email_of(session.seals, user)
    return Person(user.id, email, user.full_name, None, user.email_verified_at, org_id, role, organization)
