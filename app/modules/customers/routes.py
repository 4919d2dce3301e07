from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.transport import Transport
from app.modules.customers import service
from app.modules.customers.errors import (
    AddressTaken,
    CodeRefused,
    CustomerNotFound,
    CustomerSessionNotFound,
    OtpRefused,
    TextsSpent,
)
from app.modules.customers.schemas import (
    ChangeAddressIn,
    CodeRequestIn,
    CodeSentOut,
    CustomerOut,
    CustomerPatch,
    CustomerSessionList,
    CustomerSessionOut,
    CustomerSignedInOut,
    VerifyIn,
)
from app.modules.customers.service import Asked, SignedIn
from app.runtime.auth.cookies import drop_cookies, put_customer_cookies
from app.runtime.auth.csrf import CsrfRefused, csrf_token
from app.runtime.auth.dependencies import CurrentCustomer
from app.runtime.resources import resources_of
from app.runtime.web.addresses import address_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.limits import limit_code_verification
from app.runtime.web.openapi import problems
from app.runtime.web.problems import problem_response
from app.runtime.web.route import IdempotentRoute, TransactionalRoute
from app.runtime.web.sessions import Read, SigninWrite, Write

codes = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=TransactionalRoute)
router = APIRouter(prefix="/v1/customers", tags=["customers"], route_class=IdempotentRoute)


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


@codes.post("/otp", status_code=202, responses=problems(TextsSpent))
async def request_code(body: CodeRequestIn, session: SigninWrite, request: Request) -> CodeSentOut:
    """Have a one-time code sent by text message or e-mail. The answer is the same for every recipient. For anyone."""
    asked = Asked(address_of(request.scope))
    challenge = await service.request_code(session, resources_of(request), body, asked)
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


@codes.post("/me/otp", status_code=202, responses=problems(CustomerNotFound, TextsSpent))
async def request_own_code(
    body: CodeRequestIn, actor: CurrentCustomer, reading: Read, session: SigninWrite, request: Request
) -> CodeSentOut:
    """Have a code sent to a number or address that is to be yours, or to replace the one you have. For customers."""
    # The transaction that counts codes knows of no session: whether this one lives is asked here.
    await service.show_me(reading, resources_of(request), actor)
    asked = Asked(address_of(request.scope), actor.customer_id)
    challenge = await service.request_code(session, resources_of(request), body, asked)
    return CodeSentOut(challenge_id=challenge.id, expires_at=challenge.expires_at)


@codes.post(
    "/me/otp/verify", response_model=CustomerOut, responses=problems(CodeRefused, CustomerNotFound, AddressTaken)
)
async def change_address(
    body: ChangeAddressIn, actor: CurrentCustomer, session: Write, request: Request, response: Response
) -> CustomerOut | Response:
    """Change your phone number or e-mail address, with the code that was sent there. Who had it before is told, and
    your other sessions end. For customers.
    """
    await limit_code_verification(request)
    customer = await service.change_address(session, resources_of(request), actor, body.challenge_id, body.code)
    if customer is None:
        # Answered, not raised: the spent try has to be committed with this transaction.
        return problem_response(CodeRefused(), request.url.path)
    put_etag(response, customer.version)
    return CustomerOut.model_validate(customer)


@codes.get("/me/sessions", responses=problems())
async def list_sessions(actor: CurrentCustomer, session: Read) -> CustomerSessionList:
    """Where you are signed in, the latest used first, 100 at most. For customers."""
    found = await service.list_sessions(session, actor)
    return CustomerSessionList(
        items=[
            CustomerSessionOut(
                id=one.id,
                created_at=one.created_at,
                last_used_at=one.last_used_at,
                expires_at=one.expires_at,
                is_current=one.id == actor.session_id,
            )
            for one in found
        ]
    )


@codes.delete("/me/sessions/{customer_session_id}", status_code=204, responses=problems(CustomerSessionNotFound))
async def end_session(customer_session_id: UUID, actor: CurrentCustomer, session: Write) -> None:
    """Sign yourself out there, at once. For customers."""
    await service.end_session(session, actor, customer_session_id)


@router.post("/logout", status_code=204, responses=problems())
async def log_out(actor: CurrentCustomer, session: Write, request: Request, response: Response) -> None:
    """End this session at once. For customers."""
    await service.log_out(session, actor)
    drop_cookies(response, request)


@router.get("/me", responses=problems(CustomerNotFound))
async def show_me(actor: CurrentCustomer, session: Read, request: Request, response: Response) -> CustomerOut:
    """Who you are. For customers."""
    customer = await service.show_me(session, resources_of(request), actor)
    put_etag(response, customer.version)
    return CustomerOut.model_validate(customer)


@router.patch("/me", responses=problems(CustomerNotFound, PreconditionFailed))
async def change_me(
    patch: CustomerPatch,
    actor: CurrentCustomer,
    session: Write,
    request: Request,
    response: Response,
    if_match: IfMatch,
) -> CustomerOut:
    """Change your name. For customers."""
    customer = await service.change_me(session, resources_of(request), actor, patch, if_match)
    put_etag(response, customer.version)
    return CustomerOut.model_validate(customer)
