from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.identity import service
from app.modules.identity.access import SignedInUser
from app.modules.identity.errors import MailTokenRefused, PasswordRefused, WrongPassword
from app.modules.identity.schemas import AddressIn, ChangePasswordIn, MailTokenIn, ResetPasswordIn
from app.modules.identity.service.passwords import prepare_change, prepare_reset
from app.runtime.auth.passwords import SignInBusy
from app.runtime.db.constraints import SessionEnded
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_mail_token, limit_mailed_link, limit_proof
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import SigninWrite

router = APIRouter(prefix="/v1/auth", tags=["sign-in"], route_class=TransactionalRoute)


@router.post("/verify-email/request", status_code=202, responses=problems())
async def ask_for_verification(body: AddressIn, session: SigninWrite, request: Request) -> None:
    """Send the link once more that shows an e-mail address to be yours; whether it has an account is not told.

    For anyone.
    """
    await limit_mailed_link(request, body.email)
    await service.ask_for_verification(session, resources_of(request), body.email)


@router.post("/verify-email", status_code=204, responses=problems(MailTokenRefused))
async def verify_email(body: MailTokenIn, session: SigninWrite, request: Request) -> None:
    """Show an e-mail address to be yours, by the link that was sent to it. For anyone."""
    await limit_mail_token(request)
    await service.verify_email(session, resources_of(request), body.token)


@router.post("/password-reset/request", status_code=202, responses=problems())
async def ask_for_reset(body: AddressIn, session: SigninWrite, request: Request) -> None:
    """Send a link that sets a new password, good for 30 minutes; whether the address has an account is not told.

    For anyone.
    """
    await limit_mailed_link(request, body.email)
    await service.ask_for_reset(session, resources_of(request), body.email)


@router.post("/password-reset", status_code=204, responses=problems(MailTokenRefused, PasswordRefused, SignInBusy))
async def reset_password(body: ResetPasswordIn, session: SigninWrite, request: Request) -> None:
    """Set a new password by the link that was sent, and end all sessions. For anyone."""
    await limit_mail_token(request)
    resources = resources_of(request)
    new = await prepare_reset(resources, body)
    await service.reset_password(session, resources, body.token, new)


@router.post("/password", status_code=204, responses=problems(SessionEnded, WrongPassword, PasswordRefused, SignInBusy))
async def change_password(body: ChangePasswordIn, actor: SignedInUser, session: SigninWrite, request: Request) -> None:
    """Change your password and end your other sessions. For movers and staff."""
    await limit_proof(request, actor.user_id)
    new = await prepare_change(resources_of(request), actor, body)
    await service.change_password(session, actor, new)
