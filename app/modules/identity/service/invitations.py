"""Asking somebody to become a member. The link proves that its holder reads the mail of that address, and no more:
whoever has an account shows its password too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember, Role
from app.kernel.errors import Fault
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.permissions import LEADS
from app.kernel.signing import BadToken, Signer
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import (
    AlreadyMember,
    BadCredentials,
    InvitationNotFound,
    InvitationRefused,
    NameNeeded,
    OwnersAlone,
    TooManyInvitations,
)
from app.modules.identity.events import InvitationAccepted, Invited
from app.modules.identity.models import Invitation, Member
from app.modules.identity.repository.addresses import OF_INVITATION, invitation_columns, invited_email
from app.modules.identity.schemas import AcceptInvitationIn, InvitationOut, InviteIn
from app.modules.identity.service.members import act_for_company
from app.modules.identity.service.passwords import check_password
from app.modules.identity.service.people import Newcomer, new_user
from app.modules.identity.service.second_factor import require_fresh_proof
from app.modules.orgs import public as orgs
from app.runtime.auth.opaque import make_token, read_token, token_hash
from app.runtime.db.session import WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources
from app.runtime.sealing import Seals

PURPOSE: Final = "mhi"
LIFETIME: Final = timedelta(days=7)
MOST_OPEN: Final = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """An acceptance whose password was looked at beforehand; `user_id` is None for whoever has no account yet."""

    org_id: UUID
    invitation_id: UUID
    user_id: UUID | None
    full_name: str
    password_hash: str


def invitation_token(signer: Signer, org_id: UUID, invitation_id: UUID, expires_at: datetime) -> str:
    """Made again from the row: each sending has its own, and the one before is worth nothing."""
    return make_token(signer, PURPOSE, org_id, invitation_id, UUID(int=int(expires_at.timestamp())))


def invitation_out(seals: Seals, invitation: Invitation) -> InvitationOut:
    shown = {name: getattr(invitation, name) for name in InvitationOut.model_fields if name != "email"}
    email = OF_INVITATION.shown(seals, invitation.id, invitation.sealed_email)
    return InvitationOut.model_validate(shown | {"email": email})


async def invite(session: WriteSession, resources: Resources, actor: MoverMember, body: InviteIn) -> Invitation:
    """Locks: the session, the company's members.

    Raises: OwnersAlone (403), StepUpRequired (403) for an owner or manager to be, AlreadyMember (409), InvitationOpen
    (409), TooManyInvitations (409), SessionEnded (401). Emits: identity.invited.
    """
    if body.role is Role.OWNER and actor.role is not Role.OWNER:
        raise OwnersAlone
    await act_for_company(session, actor)
    if body.role in LEADS:
        await require_fresh_proof(session, actor)
    await repository.lock_members(session, actor.org_id)
    await repository.revoke_expired_invitations(session, actor.org_id, actor.now)
    if await repository.is_member_by_email(session, actor.org_id, body.email):
        raise AlreadyMember
    if await repository.count_open_invitations(session, actor.org_id) >= MOST_OPEN:
        raise TooManyInvitations
    invitation_id, expires_at = new_id(), actor.now + LIFETIME
    invitation = Invitation(
        org_id=actor.org_id,
        id=invitation_id,
        **invitation_columns(session.seals, invitation_id, body.email),
        role=body.role,
        token_hash=token_hash(invitation_token(resources.signer, actor.org_id, invitation_id, expires_at)),
        invited_by=actor.user_id,
        created_at=actor.now,
        expires_at=expires_at,
        accepted_at=None,
        revoked_at=None,
    )
    await repository.insert_invitation(session, invitation)
    emit(session, Invited(org_id=actor.org_id, invitation_id=invitation_id), now=actor.now)
    record(session, actor, Change("identity.member_invited", "invitation", invitation_id, after={"role": body.role}))
    return invitation


async def list_invitations(session: WriteSession, actor: MoverMember, page: PageRequest) -> Sequence[Invitation]:
    """Up to one row more than the page holds, the newest first; answered ones too."""
    await act_for_company(session, actor)
    return await repository.list_invitations(session, actor.org_id, page)


async def send_again(
    session: WriteSession, resources: Resources, actor: MoverMember, invitation_id: UUID
) -> Invitation:
    """Another link, good for seven days; the one before is worth nothing.

    Raises: InvitationNotFound (404), OwnersAlone (403). Emits: identity.invited.
    """
    invitation = await _lock_open(session, actor, invitation_id)
    invitation.expires_at = actor.now + LIFETIME
    token = invitation_token(resources.signer, actor.org_id, invitation_id, invitation.expires_at)
    invitation.token_hash = token_hash(token)
    await session.flush()
    emit(session, Invited(org_id=actor.org_id, invitation_id=invitation_id), now=actor.now)
    record(session, actor, Change("identity.invitation_sent_again", "invitation", invitation_id))
    return invitation


async def revoke_invitation(session: WriteSession, actor: MoverMember, invitation_id: UUID) -> None:
    """Raises: InvitationNotFound (404), OwnersAlone (403)."""
    invitation = await _lock_open(session, actor, invitation_id)
    invitation.revoked_at = actor.now
    await session.flush()
    record(session, actor, Change("identity.invitation_revoked", "invitation", invitation_id))


async def _lock_open(session: WriteSession, actor: MoverMember, invitation_id: UUID) -> Invitation:
    await act_for_company(session, actor)
    invitation = await repository.lock_open_invitation(session, actor.org_id, invitation_id)
    if invitation is None:
        raise InvitationNotFound
    if invitation.role is Role.OWNER and actor.role is not Role.OWNER:
        raise OwnersAlone
    return invitation


async def prepare_answer(resources: Resources, body: AcceptInvitationIn) -> Answer:
    """Look at link and password in a short transaction of its own: hashing takes a while.

    Staff are members of no company, whatever they were sent.
    Raises: InvitationRefused (422), BadCredentials (401), PasswordRefused (422), NameNeeded (422), SignInBusy (503).
    """
    org_id, invitation_id = _ids_of(resources, body.token)
    async with resources.database.read(Identity(Audience.SIGNIN, org_id=org_id)) as session:
        invitation = await repository.get_invitation(session, org_id, invitation_id)
        if invitation is None or not _is_good(invitation, body.token, resources.clock.now()):
            raise InvitationRefused
        email = invited_email(session.seals, invitation)
        user = await repository.find_user_by_email(session, email)
        company = await orgs.company_name(session, org_id)
    if user is not None and user.staff_role is not None:
        # Before the password is looked at: an invitation is no place to try out that of staff.
        raise InvitationRefused
    if user is not None:
        usable = user.disabled_at is None
        if not await resources.passwords.verify(user.password_hash if usable else None, body.password):
            raise BadCredentials
        return Answer(org_id, invitation_id, user.id, user.full_name, user.password_hash)
    if body.full_name is None:
        raise NameNeeded(faults=(Fault("/full_name", "required", "Say what you are called: you have no account yet."),))
    check_password(body.password, (company, body.full_name, email.partition("@")[0]))
    return Answer(org_id, invitation_id, None, body.full_name, await resources.passwords.hash(body.password))


async def accept_invitation(session: WriteSession, resources: Resources, answer: Answer, token: str) -> Invitation:
    """Locks: the invitation.

    Raises: InvitationRefused (422), AlreadyMember (409), EmailTaken (409). Emits: identity.invitation_accepted.
    """
    now, org_id = resources.clock.now(), answer.org_id
    user_id = answer.user_id or new_id()
    await repository.act_as(session, user_id=user_id, org_id=org_id)
    invitation = await repository.lock_open_invitation(session, org_id, answer.invitation_id)
    if invitation is None or not _is_good(invitation, token, now):
        raise InvitationRefused
    if answer.user_id is None:
        email = invited_email(session.seals, invitation)
        newcomer = Newcomer(email, answer.full_name, answer.password_hash, email_verified_at=now)
        await repository.insert_user(session, new_user(session.seals, newcomer, now, user_id))
    else:
        await repository.mark_email_verified(session, user_id, now)
    invitation.accepted_at = now
    member = Member(org_id=org_id, id=new_id(), user_id=user_id, role=invitation.role, created_at=now)
    await repository.insert_member(session, member)
    accepted = InvitationAccepted(org_id=org_id, invitation_id=invitation.id, user_id=user_id)
    emit(session, accepted, now=now)
    actor = MoverMember(user_id, org_id, invitation.role, answer.invitation_id, now)
    sides = {"user_id": user_id, "role": invitation.role}
    record(session, actor, Change("identity.invitation_accepted", "member", member.id, after=sides))
    return invitation


def _ids_of(resources: Resources, token: str) -> tuple[UUID, UUID]:
    try:
        org_id, invitation_id, _ = read_token(resources.signer, PURPOSE, token, ids=3)
    except BadToken:
        raise InvitationRefused from None
    return org_id, invitation_id


def _is_good(invitation: Invitation, token: str, now: datetime) -> bool:
    is_open = invitation.accepted_at is None and invitation.revoked_at is None and invitation.expires_at > now
    return is_open and invitation.token_hash == token_hash(token)
