from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.actor import Role
from app.kernel.paging import PageRequest
from app.modules.identity.models import (
    ApiKey,
    Invitation,
    LoginSession,
    MailToken,
    Member,
    RecoveryCode,
    RefreshToken,
    SecondFactor,
    SecondFactorChallenge,
    SignInPolicy,
    User,
)
from app.modules.identity.values import MailPurpose
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

ACTING = sa.text("SELECT set_config('app.current_org_id', :org, true), set_config('app.current_user_id', :user, true)")


async def act_as(session: WriteSession, *, user_id: UUID, org_id: UUID | None) -> None:
    """Tell the transaction who has just been recognised: policies on companies and memberships ask for it."""
    await session.execute(ACTING, {"org": str(org_id) if org_id else "", "user": str(user_id)})


async def insert_user(session: WriteSession, user: User) -> None:
    session.add(user)
    await session.flush()


async def insert_member(session: WriteSession, member: Member) -> None:
    session.add(member)
    await session.flush()


async def find_user_by_email(session: ReadSession, email: str) -> User | None:
    return (await session.execute(sa.select(User).where(User.email == email))).scalar_one_or_none()


async def has_signed_in_from(session: ReadSession, email: str, network: str, since: datetime) -> bool:
    found = sa.exists().where(
        LoginSession.user_id == User.id,
        User.email == email,
        LoginSession.network == network,
        LoginSession.created_at >= since,
    )
    return bool((await session.execute(sa.select(found))).scalar_one())


async def get_user(session: ReadSession, user_id: UUID) -> User | None:
    return (await session.execute(sa.select(User).where(User.id == user_id))).scalar_one_or_none()


async def get_user_address(session: ReadSession, user_id: UUID) -> AnyRow | None:
    """Name and e-mail address, which are all that the worker may read of a user."""
    query = sa.select(User.full_name, User.email).where(User.id == user_id)
    return (await session.execute(query)).one_or_none()


async def update_password_hash(session: WriteSession, user_id: UUID, password_hash: str) -> None:
    await session.execute(sa.update(User).where(User.id == user_id).values(password_hash=password_hash))


async def replace_password_hash(
    session: WriteSession, user_id: UUID, password_hash: str, replaced: str, now: datetime
) -> bool:
    """Whether the hash that was to be replaced still stood."""
    query = sa.update(User).where(User.id == user_id, User.password_hash == replaced, User.disabled_at.is_(None))
    changed = query.values(password_hash=password_hash, updated_at=now, version=User.version + 1).returning(User.id)
    return (await session.execute(changed)).scalar_one_or_none() is not None


async def mark_email_verified(session: WriteSession, user_id: UUID, now: datetime) -> None:
    query = sa.update(User).where(User.id == user_id, User.email_verified_at.is_(None))
    await session.execute(query.values(email_verified_at=now))


async def insert_mail_token(session: WriteSession, token: MailToken) -> None:
    session.add(token)
    await session.flush()


async def find_mail_token_user(session: ReadSession, token_id: UUID, token_hash: bytes, now: datetime) -> UUID | None:
    query = sa.select(MailToken.user_id).where(
        MailToken.id == token_id,
        MailToken.token_hash == token_hash,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def spend_mail_token(session: WriteSession, token_id: UUID, token_hash: bytes, now: datetime) -> UUID | None:
    """The user of a live link, which is spent by that: the loser of a race finds none."""
    query = sa.update(MailToken).where(
        MailToken.id == token_id,
        MailToken.token_hash == token_hash,
        MailToken.used_at.is_(None),
        MailToken.expires_at > now,
    )
    return (await session.execute(query.values(used_at=now).returning(MailToken.user_id))).scalar_one_or_none()


async def spend_mail_tokens(session: WriteSession, user_id: UUID, purpose: MailPurpose, now: datetime) -> None:
    """Make all links of a user for one purpose worthless."""
    query = sa.update(MailToken).where(
        MailToken.user_id == user_id, MailToken.purpose == purpose, MailToken.used_at.is_(None)
    )
    await session.execute(query.values(used_at=now))


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


LOCK_MEMBERS = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('members ' || :org, 0))")


async def lock_members(session: WriteSession, org_id: UUID) -> None:
    """One change of a company's members at a time, so that its last owner is counted right."""
    await session.execute(LOCK_MEMBERS, {"org": str(org_id)})


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
    query = sa.select(Member, User.full_name, User.email).join(User, User.id == Member.user_id)
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
    return (await session.execute(query.where(Member.org_id == org_id, User.email == email))).first() is not None


async def delete_member(session: WriteSession, member: Member) -> None:
    await session.delete(member)
    await session.flush()


async def revoke_company_sessions(session: WriteSession, org_id: UUID, user_id: UUID, now: datetime) -> None:
    """The user's sessions for this company; those for others go on."""
    query = sa.update(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.current_org_id == org_id, LoginSession.revoked_at.is_(None)
    )
    await session.execute(query.values(revoked_at=now))


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


async def insert_session(session: WriteSession, login: LoginSession, token: RefreshToken) -> None:
    session.add(login)
    await session.flush()
    session.add(token)
    await session.flush()


async def insert_token(session: WriteSession, token: RefreshToken) -> None:
    session.add(token)
    await session.flush()


async def lock_session(session: WriteSession, session_id: UUID) -> LoginSession | None:
    query = sa.select(LoginSession).where(LoginSession.id == session_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def get_token(session: ReadSession, token_id: UUID, token_hash: bytes) -> RefreshToken | None:
    query = sa.select(RefreshToken).where(RefreshToken.id == token_id, RefreshToken.token_hash == token_hash)
    return (await session.execute(query)).scalar_one_or_none()


async def spend_token(session: WriteSession, token_id: UUID, child_id: UUID, now: datetime) -> None:
    query = sa.update(RefreshToken).where(RefreshToken.id == token_id)
    await session.execute(query.values(used_at=now, child_id=child_id))


async def get_child_used_at(session: ReadSession, child_id: UUID) -> datetime | None:
    query = sa.select(RefreshToken.used_at).where(RefreshToken.id == child_id)
    return (await session.execute(query)).scalar_one_or_none()


async def revoke_session(session: WriteSession, session_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(LoginSession.id == session_id, LoginSession.revoked_at.is_(None))
    await session.execute(query.values(revoked_at=now))


async def revoke_sessions(session: WriteSession, user_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None))
    await session.execute(query.values(revoked_at=now))


async def revoke_other_sessions(session: WriteSession, user_id: UUID, kept_id: UUID, now: datetime) -> None:
    query = sa.update(LoginSession).where(
        LoginSession.user_id == user_id, LoginSession.id != kept_id, LoginSession.revoked_at.is_(None)
    )
    await session.execute(query.values(revoked_at=now))


async def list_member_emails(session: ReadSession, org_id: UUID, roles: Sequence[Role]) -> Sequence[AnyRow]:
    query = (
        sa.select(User.email, User.full_name)
        .join(Member, Member.user_id == User.id)
        .where(Member.org_id == org_id, Member.role.in_(roles), Member.deactivated_at.is_(None))
        .order_by(User.email)
    )
    return (await session.execute(query)).all()


async def delete_mail_tokens(session: WriteSession, before: datetime) -> None:
    """Those that expired before this instant."""
    delete = sa.delete(MailToken).where(MailToken.expires_at < before)
    await session.execute(delete.execution_options(synchronize_session=False))


async def lock_factor(session: WriteSession, user_id: UUID) -> SecondFactor | None:
    query = sa.select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def has_factor(session: ReadSession, user_id: UUID) -> bool:
    """Whether a second factor is in force."""
    query = sa.select(SecondFactor.user_id).where(
        SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None)
    )
    return (await session.execute(query)).scalar_one_or_none() is not None


async def insert_factor(session: WriteSession, factor: SecondFactor) -> None:
    session.add(factor)
    await session.flush()


async def delete_factor(session: WriteSession, user_id: UUID) -> None:
    """With its recovery codes."""
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user_id))


async def replace_recovery_codes(session: WriteSession, user_id: UUID, codes: Sequence[RecoveryCode]) -> None:
    await session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.add_all(codes)
    await session.flush()


async def spend_recovery_code(session: WriteSession, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
    query = sa.update(RecoveryCode).where(
        RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
    )
    return (await session.execute(query.values(used_at=now).returning(RecoveryCode.id))).first() is not None


async def insert_challenge(session: WriteSession, challenge: SecondFactorChallenge) -> None:
    session.add(challenge)
    await session.flush()


async def lock_challenge(session: WriteSession, challenge_id: UUID, user_id: UUID) -> SecondFactorChallenge | None:
    query = sa.select(SecondFactorChallenge).where(
        SecondFactorChallenge.id == challenge_id, SecondFactorChallenge.user_id == user_id
    )
    return (await session.execute(query.with_for_update())).scalar_one_or_none()


async def count_attempts(session: ReadSession, user_id: UUID, since: datetime) -> int:
    """Wrong codes over all challenges of a user that were opened since then."""
    query = sa.select(sa.func.coalesce(sa.func.sum(SecondFactorChallenge.attempts), 0)).where(
        SecondFactorChallenge.user_id == user_id, SecondFactorChallenge.created_at >= since
    )
    return int((await session.execute(query)).scalar_one())


async def delete_challenges(session: WriteSession, before: datetime) -> None:
    """Those that expired before this instant."""
    delete = sa.delete(SecondFactorChallenge).where(SecondFactorChallenge.expires_at < before)
    await session.execute(delete.execution_options(synchronize_session=False))


async def get_proved_at(session: ReadSession, session_id: UUID) -> datetime | None:
    query = sa.select(LoginSession.proved_at).where(LoginSession.id == session_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_factor_demand(session: ReadSession, org_id: UUID) -> bool:
    query = sa.select(SignInPolicy.second_factor_required).where(SignInPolicy.org_id == org_id)
    return bool((await session.execute(query)).scalar_one_or_none())


async def put_factor_demand(session: WriteSession, org_id: UUID, required: bool, now: datetime) -> None:  # noqa: FBT001 - a column's value
    values = {"second_factor_required": required, "updated_at": now}
    insert = pg.insert(SignInPolicy).values(org_id=org_id, **values)
    await session.execute(insert.on_conflict_do_update(index_elements=[SignInPolicy.org_id], set_=values))


async def limit_sessions_without_factor(session: WriteSession, org_id: UUID, now: datetime, ends_at: datetime) -> None:
    """Of the company's live sessions, those of users without a second factor may only enrol from now on."""
    enrolled = sa.select(SecondFactor.user_id).where(SecondFactor.confirmed_at.is_not(None))
    query = sa.update(LoginSession).where(
        LoginSession.current_org_id == org_id, LoginSession.revoked_at.is_(None), LoginSession.user_id.not_in(enrolled)
    )
    limited = query.values(enrol_only_since=now, expires_at=sa.func.least(LoginSession.expires_at, ends_at))
    await session.execute(limited.execution_options(synchronize_session=False))


async def list_live_sessions(session: ReadSession, user_id: UUID, now: datetime, most: int) -> Sequence[LoginSession]:
    """The latest used first."""
    query = (
        sa.select(LoginSession)
        .where(LoginSession.user_id == user_id, LoginSession.revoked_at.is_(None), LoginSession.expires_at > now)
        .order_by(LoginSession.last_used_at.desc(), LoginSession.id.desc())
        .limit(most)
    )
    return (await session.execute(query)).scalars().all()


async def revoke_session_of(session: WriteSession, user_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Whether the user had this session, and it lived."""
    query = sa.update(LoginSession).where(
        LoginSession.id == session_id,
        LoginSession.user_id == user_id,
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now,
    )
    return (await session.execute(query.values(revoked_at=now).returning(LoginSession.id))).scalar() is not None


LOCK_KEYS = sa.text("SELECT pg_advisory_xact_lock(hashtextextended('api keys ' || :org, 0))")


async def lock_api_keys(session: WriteSession, org_id: UUID) -> None:
    """So that of two who make a company's last permitted key, one comes second."""
    await session.execute(LOCK_KEYS, {"org": str(org_id)})


async def count_live_api_keys(session: ReadSession, org_id: UUID, now: datetime) -> int:
    query = sa.select(sa.func.count()).where(
        ApiKey.org_id == org_id,
        ApiKey.revoked_at.is_(None),
        sa.or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
    )
    return int((await session.execute(query)).scalar_one())


async def insert_api_key(session: WriteSession, key: ApiKey) -> None:
    session.add(key)
    await session.flush()


async def get_api_key(session: ReadSession, org_id: UUID, key_id: UUID) -> ApiKey | None:
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id, ApiKey.id == key_id)
    return (await session.execute(query)).scalar_one_or_none()


async def lock_api_key(session: WriteSession, org_id: UUID, key_id: UUID) -> ApiKey | None:
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id, ApiKey.id == key_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def list_api_keys(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[ApiKey]:
    """The newest first, ended ones too; one row more than the page holds."""
    query = sa.select(ApiKey).where(ApiKey.org_id == org_id)
    if page.after is not None:
        query = query.where(ApiKey.id < UUID(page.after[0]))
    return (await session.execute(query.order_by(ApiKey.id.desc()).limit(page.limit + 1))).scalars().all()


async def get_api_key_name(session: ReadSession, org_id: UUID, key_id: UUID) -> str | None:
    """All that the worker may read of a key."""
    query = sa.select(ApiKey.name).where(ApiKey.org_id == org_id, ApiKey.id == key_id)
    return (await session.execute(query)).scalar_one_or_none()
