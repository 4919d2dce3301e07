"""The SQL of companies' members and of those who are invited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from app.kernel.actor import Role
from app.kernel.paging import PageRequest
from app.modules.identity.models import (
    Invitation,
    LoginSession,
    Member,
    User,
)
from app.modules.identity.repository.addresses import OF_USER, user_index
from app.modules.identity.repository.people import Addressee
from app.runtime.db.base import AnyRow
from app.runtime.db.locks import lock_name
from app.runtime.db.session import ReadSession, WriteSession


async def insert_member(session: WriteSession, member: Member) -> None:
    session.add(member)
    await session.flush()


async def list_memberships(session: ReadSession, user_id: UUID) -> Sequence[AnyRow]:
    """The user's companies, the one last signed in for first, then the oldest membership."""
    last_used = (
        sa.select(sa.func.max(LoginSession.last_used_at))
        .where(LoginSession.user_id == user_id, LoginSession.current_org_id == Member.org_id)
        .scalar_subquery()
    )
    query = (
        sa.select(Member.org_id, Member.role)
        .where(Member.user_id == user_id, Member.deactivated_at.is_(None))
        .order_by(last_used.desc().nulls_last(), Member.created_at, Member.id)
    )
    return (await session.execute(query)).all()


async def lock_members(session: WriteSession, org_id: UUID) -> None:
    """One change of a company's members at a time, so that its last owner is counted right."""
    await lock_name(session, f"members {org_id}")


async def get_member(session: ReadSession, org_id: UUID, member_id: UUID) -> Member | None:
    query = sa.select(Member).where(Member.org_id == org_id, Member.id == member_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_member_of_user(session: ReadSession, org_id: UUID, user_id: UUID) -> Member | None:
    query = sa.select(Member).where(Member.org_id == org_id, Member.user_id == user_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_role(session: ReadSession, org_id: UUID, user_id: UUID) -> Role | None:
    """The role of an active member."""
    query = sa.select(Member.role).where(
        Member.org_id == org_id, Member.user_id == user_id, Member.deactivated_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def list_members(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[AnyRow]:
    """Members with their users, the oldest first; one row more than the page holds."""
    query = sa.select(Member, User.full_name, User.sealed_email).join(User, User.id == Member.user_id)
    query = query.where(Member.org_id == org_id)
    if page.after is not None:
        query = query.where(Member.id > UUID(page.after[0]))
    return (await session.execute(query.order_by(Member.id).limit(page.limit + 1))).all()


async def count_owners(session: ReadSession, org_id: UUID) -> int:
    """The active ones."""
    query = sa.select(sa.func.count()).where(
        Member.org_id == org_id, Member.role == Role.OWNER, Member.deactivated_at.is_(None)
    )
    return int((await session.execute(query)).scalar_one())


async def is_member_by_email(session: ReadSession, org_id: UUID, email: str) -> bool:
    query = sa.select(Member.id).join(User, User.id == Member.user_id)
    is_theirs = User.email_index == user_index(session.seals, email)
    return (await session.execute(query.where(Member.org_id == org_id, is_theirs))).first() is not None


async def delete_member(session: WriteSession, member: Member) -> None:
    await session.delete(member)
    await session.flush()


async def insert_invitation(session: WriteSession, invitation: Invitation) -> None:
    session.add(invitation)
    await session.flush()


async def lock_open_invitation(session: WriteSession, org_id: UUID, invitation_id: UUID) -> Invitation | None:
    """One that was neither accepted nor revoked, also when its time is over."""
    query = sa.select(Invitation).where(
        Invitation.org_id == org_id,
        Invitation.id == invitation_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def get_invitation(session: ReadSession, org_id: UUID, invitation_id: UUID) -> Invitation | None:
    query = sa.select(Invitation).where(Invitation.org_id == org_id, Invitation.id == invitation_id)
    return (await session.execute(query)).scalar_one_or_none()


async def count_open_invitations(session: ReadSession, org_id: UUID) -> int:
    query = sa.select(sa.func.count()).where(
        Invitation.org_id == org_id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
    )
    return int((await session.execute(query)).scalar_one())


async def revoke_expired_invitations(session: WriteSession, org_id: UUID, now: datetime) -> None:
    query = sa.update(Invitation).where(
        Invitation.org_id == org_id,
        Invitation.expires_at <= now,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    await session.execute(query.values(revoked_at=now).execution_options(synchronize_session=False))


async def list_invitations(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[Invitation]:
    """The newest first; one row more than the page holds."""
    query = sa.select(Invitation).where(Invitation.org_id == org_id)
    if page.after is not None:
        query = query.where(Invitation.id < UUID(page.after[0]))
    return (await session.execute(query.order_by(Invitation.id.desc()).limit(page.limit + 1))).scalars().all()


async def list_member_emails(session: ReadSession, org_id: UUID, roles: Sequence[Role]) -> list[Addressee]:
    """The active members with these roles, by address. Raises: CannotOpen."""
    query = (
        sa.select(User.id, User.sealed_email, User.full_name)
        .join(Member, Member.user_id == User.id)
        .where(Member.org_id == org_id, Member.role.in_(roles), Member.deactivated_at.is_(None))
    )
    found = (
        Addressee(row.full_name, OF_USER.open(session.seals, row.id, row.sealed_email), None)
        for row in await session.execute(query)
    )
    return sorted(found, key=lambda one: one.email)


async def list_orgs_of_email(session: ReadSession, email: str) -> set[UUID]:
    """For staff: the companies that somebody with this address is a member of, or was."""
    is_theirs = User.email_index == user_index(session.seals, email)
    query = sa.select(Member.org_id).join(User, User.id == Member.user_id).where(is_theirs).distinct()
    return set((await session.execute(query)).scalars())
