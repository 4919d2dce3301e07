"""A company's members. Changes come one after the other, so that of two owners who remove each other one stays."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.kernel.actor import MoverMember, Role
from app.kernel.paging import PageRequest
from app.kernel.permissions import LEADS
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import LastOwner, MemberNotFound, OwnersAlone
from app.modules.identity.models import Member
from app.modules.identity.repository.addresses import OF_USER
from app.modules.identity.schemas import ChangeMemberIn, MemberOut
from app.modules.identity.service.callers import lock_caller
from app.modules.identity.service.second_factor import require_fresh_proof
from app.runtime.db.base import AnyRow
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import WriteSession
from app.runtime.sealing import Seals


def member_out(seals: Seals, row: AnyRow) -> MemberOut:
    member: Member = row.Member
    return MemberOut(
        id=member.id,
        user_id=member.user_id,
        full_name=row.full_name,
        email=OF_USER.shown(seals, member.user_id, row.sealed_email),
        role=member.role,
        is_active=member.deactivated_at is None,
        created_at=member.created_at,
    )


async def act_for_company(session: WriteSession, actor: MoverMember) -> None:
    """Act for the caller's company from here on. Locks: the session. Raises: SessionEnded (401)."""
    await lock_caller(session, actor)
    await repository.act_as(session, user_id=actor.user_id, org_id=actor.org_id)
    if await repository.get_role(session, actor.org_id, actor.user_id) is not actor.role:
        raise SessionEnded


async def list_members(session: WriteSession, actor: MoverMember, page: PageRequest) -> Sequence[AnyRow]:
    """Up to one row more than the page holds, the oldest first."""
    await act_for_company(session, actor)
    return await repository.list_members(session, actor.org_id, page)


async def change_member(session: WriteSession, actor: MoverMember, member_id: UUID, body: ChangeMemberIn) -> None:
    """Another role, deactivated, or active again; their sessions for this company end.

    Locks: the session, the company's members.
    Raises: MemberNotFound (404), OwnersAlone (403), LastOwner (409), StepUpRequired (403) for who becomes an owner or
    manager, or active again as one; SessionEnded (401).
    """
    member = await _lock_member(session, actor, member_id)
    _refuse_touching_owner(actor, member.role, body.role)
    before = {"role": member.role, "is_active": member.deactivated_at is None}
    role = body.role or member.role
    is_active = before["is_active"] if body.is_active is None else body.is_active
    after = {"role": role, "is_active": is_active}
    if after == before:
        return
    if role in LEADS and (role is not before["role"] or (is_active and not before["is_active"])):
        await require_fresh_proof(session, actor)
    if role is not Role.OWNER or not is_active:
        await _keep_an_owner(session, member)
    member.role, member.deactivated_at = role, None if is_active else (member.deactivated_at or actor.now)
    await session.flush()
    await repository.revoke_company_sessions(session, actor.org_id, member.user_id, actor.now)
    record(session, actor, Change("identity.member_changed", "member", member_id, before, after))


async def remove_member(session: WriteSession, actor: MoverMember, member_id: UUID) -> None:
    """Take somebody out of the company, or leave it; their sessions for it end.

    Locks: the session, the company's members.
    Raises: MemberNotFound (404), OwnersAlone (403), LastOwner (409), SessionEnded (401).
    """
    member = await _lock_member(session, actor, member_id)
    _refuse_touching_owner(actor, member.role, None)
    await _keep_an_owner(session, member)
    await repository.delete_member(session, member)
    await repository.revoke_company_sessions(session, actor.org_id, member.user_id, actor.now)
    sides = {"user_id": member.user_id, "role": member.role}
    record(session, actor, Change("identity.member_removed", "member", member_id, sides, {}))


async def transfer_ownership(session: WriteSession, actor: MoverMember, member_id: UUID) -> None:
    """Make another member owner, and the caller a manager: both at once. Both sign in anew.

    Locks: the session, the company's members. Raises: MemberNotFound (404), SessionEnded (401).
    """
    member = await _lock_member(session, actor, member_id)
    if member.user_id == actor.user_id or member.deactivated_at is not None:
        raise MemberNotFound
    before = {"role": member.role}
    own = await repository.get_member_of_user(session, actor.org_id, actor.user_id)
    if own is None:
        raise SessionEnded
    member.role, own.role = Role.OWNER, Role.MANAGER
    await session.flush()
    for user_id in (member.user_id, actor.user_id):
        await repository.revoke_company_sessions(session, actor.org_id, user_id, actor.now)
    change = Change("identity.ownership_transferred", "member", member_id, before, {"role": Role.OWNER})
    record(session, actor, change)


async def _lock_member(session: WriteSession, actor: MoverMember, member_id: UUID) -> Member:
    await lock_caller(session, actor)
    await repository.act_as(session, user_id=actor.user_id, org_id=actor.org_id)
    await repository.lock_members(session, actor.org_id)
    # After the lock: the caller may have lost the role while waiting for it.
    if await repository.get_role(session, actor.org_id, actor.user_id) is not actor.role:
        raise SessionEnded
    member = await repository.get_member(session, actor.org_id, member_id)
    if member is None:
        raise MemberNotFound
    return member


def _refuse_touching_owner(actor: MoverMember, role: Role, wanted: Role | None) -> None:
    if actor.role is not Role.OWNER and Role.OWNER in (role, wanted):
        raise OwnersAlone


async def _keep_an_owner(session: WriteSession, member: Member) -> None:
    is_owner = member.role is Role.OWNER and member.deactivated_at is None
    if is_owner and await repository.count_owners(session, member.org_id) == 1:
        raise LastOwner
