from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.modules.identity import service
from app.modules.identity.access import FreshlyProved, SignedInUser
from app.modules.identity.errors import EmailTaken, MailTokenRefused, StepUpRequired
from app.modules.identity.schemas import EmailChangeIn, MailTokenIn, MeOut, MePatch
from app.runtime.db.constraints import SessionEnded
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.limits import limit_mail_token, limit_mailed_link
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Read, SigninWrite, Write

router = APIRouter(prefix="/v1/auth", tags=["sign-in"], route_class=TransactionalRoute)


@router.get("/me", responses=problems(SessionEnded))
async def show_me(actor: SignedInUser, session: Read, response: Response) -> MeOut:
    """Who you are, and for which company. For movers and staff."""
    me = await service.show_me(session, actor)
    put_etag(response, me.version)
    return me


@router.patch("/me", responses=problems(SessionEnded, PreconditionFailed))
async def change_me(
    patch: MePatch, actor: SignedInUser, session: Write, response: Response, if_match: IfMatch
) -> MeOut:
    """Change what you are called; your e-mail address has POST /v1/auth/email. For movers and staff."""
    me = await service.change_me(session, actor, patch, if_match)
    put_etag(response, me.version)
    return me


@router.post("/email", status_code=202, responses=problems(StepUpRequired))
async def ask_for_email_change(
    body: EmailChangeIn, actor: FreshlyProved, session: SigninWrite, request: Request
) -> None:
    """Send a link, good for 24 hours, to the e-mail address that is to be yours; whether it has an account is not told.

    Needs a sign-in or a step-up of the last five minutes. For movers and staff.
    """
    await limit_mailed_link(request, body.email)
    await service.ask_for_email_change(session, resources_of(request), actor, body.email)


@router.post("/email/confirm", status_code=204, responses=problems(EmailTaken, MailTokenRefused))
async def change_email(body: MailTokenIn, actor: SignedInUser, session: SigninWrite, request: Request) -> None:
    """Change your e-mail address, by the link that was sent to the new one. The former is told, and your other
    sessions end. For movers and staff.
    """
    await limit_mail_token(request)
    await service.change_email(session, resources_of(request), actor, body.token)
