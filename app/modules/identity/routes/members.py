from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.identity.access import MembersRead, MembersWrite, OwnershipTransfer
from app.modules.identity.errors import (
    AlreadyMember,
    BadCredentials,
    EmailTaken,
    InvitationNotFound,
    InvitationOpen,
    InvitationRefused,
    LastOwner,
    MemberNotFound,
    NameNeeded,
    OwnersAlone,
    PasswordRefused,
    StepUpRequired,
    TooManyInvitations,
)
from app.modules.identity.schemas import (
    AcceptedOut,
    AcceptInvitationIn,
    ChangeMemberIn,
    InvitationOut,
    InviteIn,
    MemberOut,
    TransferIn,
)
from app.modules.identity.service import invitations, members, require_fresh_proof
from app.runtime.auth.passwords import SignInBusy
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_mail_token
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import SigninWrite

# Without keys: a second invitation, or a second change, is told by what stands there already.
router = APIRouter(prefix="/v1/org", tags=["members"], route_class=TransactionalRoute)
answers = APIRouter(prefix="/v1/auth", tags=["sign-in"], route_class=TransactionalRoute)


@router.get("/members", responses=problems(CursorRefused))
async def list_members(
    query: PlainListQuery, actor: MembersRead, pager: Paging, session: SigninWrite, response: Response
) -> Page[MemberOut]:
    """Your company's members, the oldest first, deactivated ones too. For owners and managers."""
    rows = await members.list_members(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda row: (row.Member.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[members.member_out(session.seals, row) for row in page], next_cursor=cursor)


@router.patch(
    "/members/{member_id}",
    status_code=204,
    responses=problems(MemberNotFound, OwnersAlone, LastOwner, StepUpRequired),
)
async def change_member(member_id: UUID, body: ChangeMemberIn, actor: MembersWrite, session: SigninWrite) -> None:
    """Give a member another role, deactivate them, or let them in again; their sessions end at once.

    Owners are changed by owners alone. Making an owner or manager, or letting one in again, needs a sign-in or a
    step-up of the last five minutes. For owners and managers.
    """
    await members.change_member(session, actor, member_id, body)


@router.delete("/members/{member_id}", status_code=204, responses=problems(MemberNotFound, OwnersAlone, LastOwner))
async def remove_member(member_id: UUID, actor: MembersWrite, session: SigninWrite) -> None:
    """Take a member out of the company; their sessions end at once. For owners and managers."""
    await members.remove_member(session, actor, member_id)


@router.post("/transfer-ownership", status_code=204, responses=problems(MemberNotFound, StepUpRequired))
async def transfer_ownership(body: TransferIn, actor: OwnershipTransfer, session: SigninWrite) -> None:
    """Make another member owner, and yourself a manager; both of you sign in anew. For owners."""
    await require_fresh_proof(session, actor)
    await members.transfer_ownership(session, actor, body.member_id)


@router.post(
    "/invitations",
    status_code=201,
    responses=problems(OwnersAlone, AlreadyMember, InvitationOpen, TooManyInvitations, StepUpRequired),
)
async def invite(body: InviteIn, actor: MembersWrite, session: SigninWrite, request: Request) -> InvitationOut:
    """Ask somebody to become a member, by a link that is mailed and good for seven days.

    An owner or manager to be needs a sign-in or a step-up of the last five minutes. For owners and managers.
    """
    made = await invitations.invite(session, resources_of(request), actor, body)
    return invitations.invitation_out(session.seals, made)


@router.get("/invitations", responses=problems(CursorRefused))
async def list_invitations(
    query: PlainListQuery, actor: MembersRead, pager: Paging, session: SigninWrite, response: Response
) -> Page[InvitationOut]:
    """Your company's invitations, the newest first, answered ones too. For owners and managers."""
    rows = await invitations.list_invitations(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda row: (row.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[invitations.invitation_out(session.seals, row) for row in page], next_cursor=cursor)


@router.post("/invitations/{invitation_id}/resend", responses=problems(InvitationNotFound, OwnersAlone))
async def send_invitation_again(
    invitation_id: UUID, actor: MembersWrite, session: SigninWrite, request: Request
) -> InvitationOut:
    """Mail another link; the one before is worth nothing. For owners and managers."""
    sent = await invitations.send_again(session, resources_of(request), actor, invitation_id)
    return invitations.invitation_out(session.seals, sent)


@router.delete("/invitations/{invitation_id}", status_code=204, responses=problems(InvitationNotFound, OwnersAlone))
async def revoke_invitation(invitation_id: UUID, actor: MembersWrite, session: SigninWrite) -> None:
    """Let an invitation that waits for its answer be worth nothing. For owners and managers."""
    await invitations.revoke_invitation(session, actor, invitation_id)


@answers.post(
    "/invitations/accept",
    responses=problems(
        AlreadyMember, BadCredentials, EmailTaken, InvitationRefused, NameNeeded, PasswordRefused, SignInBusy
    ),
)
async def accept_invitation(body: AcceptInvitationIn, session: SigninWrite, request: Request) -> AcceptedOut:
    """Become a member by the token that was mailed to you, with your account's password or a new one; then sign in.

    For anyone.
    """
    await limit_mail_token(request)
    resources = resources_of(request)
    answer = await invitations.prepare_answer(resources, body)
    done = await invitations.accept_invitation(session, resources, answer, body.token)
    return AcceptedOut(
        email=invitations.invitation_out(session.seals, done).email, organization_id=done.org_id, role=done.role
    )
