from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.transport import Transport
from app.modules.customers import service
from app.modules.customers.errors import CustomerNotFound, OtpRefused
from app.modules.customers.schemas import (
    CodeRequestIn,
    CodeSentOut,
    CustomerOut,
    CustomerPatch,
    CustomerSignedInOut,
    VerifyIn,
)
from app.modules.customers.service import SignedIn
from app.runtime.auth.cookies import drop_cookies, put_customer_cookies
from app.runtime.auth.csrf import CsrfRefused, csrf_token
from app.runtime.auth.dependencies import CurrentCustomer
from app.runtime.db.session import WriteSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.limits import limit_code_verification
from app.runtime.web.middleware import address_of
from app.runtime.web.openapi import problems
from app.runtime.web.problems import problem_response
from app.runtime.web.route import IdempotentRoute, TransactionalRoute
from app.runtime.web.sessions import Read, Write, write_as

codes = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=TransactionalRoute)
router = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=IdempotentRoute)

SigninWrite = Annotated[WriteSession, write_as(Audience.SIGNIN)]


def _signed_in(request: Request, response: Response, done: SignedIn, transport: Transport) -> CustomerSignedInOut:
    token: str | None = done.session_token
    csrf: str | None = None
    if transport is Transport.COOKIE:
        csrf = csrf_token(request, done.session_id)
        put_customer_cookies(response, request, session=done.session_token, csrf=csrf)
        token = None
    return CustomerSignedInOut(
        session_token=token,
        expires_at=done.expires_at,
        customer=CustomerOut.model_validate(done.customer),
        csrf_token=csrf,
    )


@codes.post("/otp", status_code=202, responses=problems())
async def request_code(body: CodeRequestIn, session: SigninWrite, request: Request) -> CodeSentOut:
    """Have a one-time code sent by text message or e-mail. The answer is the same for every recipient. For anyone."""
    challenge = await service.request_code(session, resources_of(request), body, address_of(request.scope))
    return CodeSentOut(challenge_id=challenge.id, expires_at=challenge.expires_at)


@codes.post("/otp/verify", response_model=CustomerSignedInOut, responses=problems(CsrfRefused, OtpRefused))
async def verify_code(
    body: VerifyIn, session: SigninWrite, request: Request, response: Response
) -> CustomerSignedInOut | Response:
    """Sign in with a one-time code; the first makes you a customer. For anyone."""
    await limit_code_verification(request)
    done = await service.verify_code(session, resources_of(request), body.challenge_id, body.code)
    if done is None:
        # Answered, not raised: the spent try has to be committed with this transaction.
        return problem_response(OtpRefused(), request.url.path)
    return _signed_in(request, response, done, body.transport)


@router.post("/logout", status_code=204, responses=problems())
async def log_out(actor: CurrentCustomer, session: Write, request: Request, response: Response) -> None:
    """End this session at once. For customers."""
    await service.log_out(session, actor)
    drop_cookies(response, request)


@router.get("/me", responses=problems(CustomerNotFound))
async def show_me(actor: CurrentCustomer, session: Read, response: Response) -> CustomerOut:
    """Who you are. For customers."""
    customer = await service.show_me(session, actor)
    put_etag(response, customer.version)
    return CustomerOut.model_validate(customer)


@router.patch("/me", responses=problems(CustomerNotFound, PreconditionFailed))
async def change_me(
    patch: CustomerPatch, actor: CurrentCustomer, session: Write, response: Response, if_match: IfMatch
) -> CustomerOut:
    """Change your name. For customers."""
    customer = await service.change_me(session, actor, patch, if_match)
    put_etag(response, customer.version)
    return CustomerOut.model_validate(customer)
