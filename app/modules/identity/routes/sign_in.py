from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.identity import service
from app.modules.identity.access import SignedInUser
from app.modules.identity.errors import (
    BadCredentials,
    ChallengeRefused,
    EmailTaken,
    NoMembership,
    NotYourCompany,
    PasswordRefused,
    RefreshRefused,
    SecondFactorRefused,
    SecondFactorRequired,
)
from app.modules.identity.schemas import (
    AnswerChallengeIn,
    LoginIn,
    MembershipsOut,
    RefreshedOut,
    RefreshIn,
    RegisterIn,
    SignedInOut,
    SwitchIn,
    TokenOut,
)
from app.modules.identity.service import switch_org
from app.modules.identity.service.passwords import accept_registration
from app.modules.identity.service.register import locate_company
from app.modules.identity.service.sessions import Challenged, Device, SignedIn, TokenPair
from app.modules.identity.service.sign_in import find_by_password, is_known_place
from app.modules.identity.values import Transport
from app.runtime.auth.cookies import drop_cookies, put_mover_cookies, refresh_cookie
from app.runtime.auth.csrf import CsrfRefused, csrf_token, refuse_without_token
from app.runtime.auth.dependencies import CurrentMember
from app.runtime.auth.passwords import SignInBusy
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_code_verification, limit_registration, limit_sign_in
from app.runtime.web.openapi import problems
from app.runtime.web.problems import problem_response
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import SigninWrite, Write

router = APIRouter(prefix="/v1/auth", tags=["sign-in"], route_class=TransactionalRoute)


def _device(request: Request, transport: Transport) -> Device:
    return Device(transport, request.headers.get("user-agent", "unknown"))


def _kept_in_cookies(request: Request, response: Response, tokens: TokenPair) -> str | None:
    """With cookie transport: put the tokens into cookies and return the CSRF token; None for Bearer."""
    if tokens.transport is not Transport.COOKIE:
        return None
    csrf = csrf_token(request, tokens.session_id)
    put_mover_cookies(response, request, access=tokens.access_token, refresh=tokens.refresh_token, csrf=csrf)
    return csrf


def _signed_in(request: Request, response: Response, done: SignedIn) -> SignedInOut:
    person, tokens = done.person, done.tokens
    csrf = _kept_in_cookies(request, response, tokens)
    user = {
        "id": person.user_id,
        "email": person.email,
        "full_name": person.full_name,
        "staff_role": person.staff_role,
        "email_verified_at": person.email_verified_at,
    }
    return SignedInOut.model_validate(
        {
            "user": user,
            "organization": person.organization,
            "role": person.role,
            "must_enrol_second_factor": done.enrol_only,
            "access_token": None if csrf else tokens.access_token,
            "refresh_token": None if csrf else tokens.refresh_token,
            "token_type": "cookie" if csrf else "bearer",
            "expires_at": tokens.expires_at,
            "csrf_token": csrf,
        }
    )


@router.post(
    "/register",
    status_code=201,
    responses=problems(CsrfRefused, EmailTaken, PasswordRefused, PlaceNotLocated, SignInBusy),
)
async def register(body: RegisterIn, session: SigninWrite, request: Request, response: Response) -> SignedInOut:
    """Register a company and yourself as its owner. For anyone."""
    await limit_registration(request)
    accept_registration(body)
    resources = resources_of(request)
    address = await locate_company(resources.ports, body)
    done = await service.register(session, resources, body, address, _device(request, body.transport))
    return _signed_in(request, response, done)


def _second_factor_required(request: Request, asked: Challenged) -> Response:
    # Answered, not raised: the challenge has to be committed with this transaction.
    error = SecondFactorRequired(challenge=asked.challenge, expires_at=asked.expires_at.isoformat())
    return problem_response(error, request.url.path)


@router.post(
    "/login",
    response_model=SignedInOut,
    responses=problems(BadCredentials, CsrfRefused, NoMembership, SecondFactorRequired, SignInBusy),
)
async def log_in(body: LoginIn, session: SigninWrite, request: Request, response: Response) -> SignedInOut | Response:
    """Sign in with e-mail address and password.

    Whoever has a second factor gets 401 `second_factor_required` with a `challenge`, good for five minutes and five
    codes: POST /v1/auth/mfa/verify answers it. `must_enrol_second_factor`: the session opens nothing but enrolment.
    For movers and staff.
    """
    resources = resources_of(request)
    await limit_sign_in(request, body.email, is_known_place=partial(is_known_place, resources, body.email))
    user = await find_by_password(resources, body.email, body.password)
    done = await service.sign_in(session, resources, user, body.password, _device(request, body.transport))
    if isinstance(done, Challenged):
        return _second_factor_required(request, done)
    return _signed_in(request, response, done)


@router.get("/memberships")
async def list_memberships(actor: CurrentMember, session: SigninWrite) -> MembershipsOut:
    """The companies that you are a member of, the one last used first. For movers."""
    return MembershipsOut(items=await switch_org.list_memberships(session, actor))


@router.post("/switch-org", responses=problems(NotYourCompany))
async def switch_organization(
    body: SwitchIn, actor: CurrentMember, session: SigninWrite, request: Request, response: Response
) -> SignedInOut:
    """Go on for another of your companies: a new session takes the place of this one. For movers."""
    agent = request.headers.get("user-agent", "unknown")
    done = await switch_org.switch_org(session, resources_of(request), actor, body.organization_id, agent)
    return _signed_in(request, response, done)


@router.post(
    "/mfa/verify",
    response_model=SignedInOut,
    responses=problems(ChallengeRefused, CsrfRefused, NoMembership, SecondFactorRefused),
)
async def sign_in_with_code(
    body: AnswerChallengeIn, session: SigninWrite, request: Request, response: Response
) -> SignedInOut | Response:
    """Answer a sign-in's challenge with a code of the authenticator app or a recovery code. For movers and staff."""
    await limit_code_verification(request)
    user_agent = _device(request, Transport.BEARER).user_agent
    done = await service.sign_in_with_code(session, resources_of(request), body, user_agent)
    if done is None:
        # Answered, not raised: the attempt has to be committed with this transaction.
        return problem_response(SecondFactorRefused(), request.url.path)
    return _signed_in(request, response, done)


@router.post(
    "/token",
    response_model=TokenOut,
    responses=problems(BadCredentials, NoMembership, SecondFactorRequired, SignInBusy),
)
async def issue_token(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], session: SigninWrite, request: Request
) -> TokenOut | Response:
    """OAuth 2 password form, for the Authorize button of these pages.

    The form has no place for a code: whoever has a second factor gets the challenge that POST /v1/auth/login gives.
    For movers and staff.
    """
    asked, resources = _login_of(form), resources_of(request)
    await limit_sign_in(request, asked.email, is_known_place=partial(is_known_place, resources, asked.email))
    user = await find_by_password(resources, asked.email, asked.password)
    done = await service.sign_in(session, resources, user, asked.password, _device(request, Transport.BEARER))
    if isinstance(done, Challenged):
        return _second_factor_required(request, done)
    lifetime = int((done.tokens.expires_at - resources.clock.now()).total_seconds())
    return TokenOut(
        access_token=done.tokens.access_token,
        refresh_token=done.tokens.refresh_token,
        token_type="bearer",  # noqa: S106 - the name of a scheme
        expires_in=lifetime,
    )


def _login_of(form: OAuth2PasswordRequestForm) -> LoginIn:
    """The form under the rules of POST /v1/auth/login, its faults under the form's names."""
    try:
        return LoginIn(email=form.username, password=form.password)
    except ValidationError as refused:
        faults = refused.errors(include_url=False)
        renamed = {"email": "username"}
        raise RequestValidationError(
            [{**fault, "loc": ("body", renamed.get(str(fault["loc"][0]), fault["loc"][0]))} for fault in faults]
        ) from None


@router.post("/refresh", response_model=RefreshedOut, responses=problems(CsrfRefused, RefreshRefused))
async def refresh(
    session: SigninWrite, request: Request, response: Response, body: RefreshIn | None = None
) -> RefreshedOut | Response:
    """Spend a refresh token, from the body or the cookie, for a new pair. For movers and staff."""
    text = (body.refresh_token if body else None) or ""
    if not text and (text := refresh_cookie(request) or ""):
        refuse_without_token(request, service.session_of_refresh_token(resources_of(request), text))
    tokens = await service.refresh(session, resources_of(request), text)
    if tokens is None:
        # Answered, not raised: the family's end has to be committed with this transaction.
        return problem_response(RefreshRefused(), request.url.path)
    csrf = _kept_in_cookies(request, response, tokens)
    return RefreshedOut(
        access_token=None if csrf else tokens.access_token,
        refresh_token=None if csrf else tokens.refresh_token,
        token_type="cookie" if csrf else "bearer",
        expires_at=tokens.expires_at,
        csrf_token=csrf,
    )


@router.post("/logout", status_code=204)
async def log_out(actor: SignedInUser, session: Write, request: Request, response: Response) -> None:
    """End this session at once. For movers and staff."""
    await service.log_out(session, actor)
    drop_cookies(response, request)


@router.post("/logout-all", status_code=204)
async def log_out_everywhere(actor: SignedInUser, session: Write, request: Request, response: Response) -> None:
    """End all your sessions at once. For movers and staff."""
    await service.log_out_everywhere(session, actor)
    drop_cookies(response, request)
