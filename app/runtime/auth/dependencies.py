"""The actor of a request as a parameter: no dependency, no access.

`CurrentMover`, `CurrentCustomer`, `CurrentStaff`, `MoverOrCustomer`, `AnyCaller`; a module's access.py narrows
them by role. Whether the session still lives is asked by the database in the transaction's first round trip.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import Depends, Security
from fastapi.security import APIKeyCookie, HTTPBearer, OAuth2PasswordBearer
from starlette.requests import Request

from app.kernel.actor import Actor, Anyone, Customer, Mover, Role, Staff
from app.kernel.errors import Forbidden, Unauthenticated
from app.runtime.auth.credentials import (
    ACCESS_COOKIE,
    CSRF_HEADER,
    CUSTOMER_COOKIE,
    NO_CREDENTIAL,
    SCOPE_KEY,
    Credential,
    CustomerClaims,
)
from app.runtime.auth.tokens import Claims
from app.runtime.resources import resources_of

mover_bearer = OAuth2PasswordBearer("/v1/auth/token", scheme_name="mover", auto_error=False)
mover_cookie = APIKeyCookie(name=f"__Host-{ACCESS_COOKIE}", scheme_name="mover cookie", auto_error=False)
customer_bearer = HTTPBearer(scheme_name="customer", auto_error=False)
customer_cookie = APIKeyCookie(name=f"__Host-{CUSTOMER_COOKIE}", scheme_name="customer cookie", auto_error=False)
staff_bearer = OAuth2PasswordBearer("/v1/auth/token", scheme_name="staff", auto_error=False)


class CsrfRefused(Forbidden):
    code: ClassVar[str] = "csrf_refused"
    title: ClassVar[str] = "A request with cookies needs the X-CSRF-Token header and must come from our own pages."


class WrongKindOfCaller(Forbidden):
    code: ClassVar[str] = "wrong_kind_of_caller"
    title: ClassVar[str] = "This is not for your kind of account."


class RoleNotAllowed(Forbidden):
    code: ClassVar[str] = "role_not_allowed"
    title: ClassVar[str] = "Your role in the company does not allow this."


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_token(request: Request, session_id: object) -> str:
    """The CSRF token of a session: bound to it, made by nobody else."""
    return resources_of(request).signer.derive("csrf", str(session_id).encode()).hex()[:32]


def _is_ours(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True  # not a browser; the token below is needed all the same
    settings = resources_of(request).settings.http
    host = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return origin in {host, _origin(settings.public_url), *settings.cors_origins}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def refuse_forged(request: Request, credential: Credential) -> None:
    """Raises: CsrfRefused (403) for an unsafe request by cookie that does not prove where it comes from."""
    if not credential.by_cookie or credential.claims is None or request.method in SAFE_METHODS:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    expected = csrf_token(request, credential.claims.session_id)
    if not _is_ours(request) or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise CsrfRefused


def credential_of(request: Request) -> Credential:
    found: Credential = request.scope.get(SCOPE_KEY, NO_CREDENTIAL)
    return found


async def current_actor(request: Request) -> Actor:
    """Whoever asks. Raises: Unauthenticated (401) for a credential that is none, CsrfRefused (403)."""
    credential = credential_of(request)
    if credential.problem:
        raise Unauthenticated(credential.problem, headers={"WWW-Authenticate": "Bearer"})
    refuse_forged(request, credential)
    now = resources_of(request).clock.now()
    match credential.claims:
        case CustomerClaims(customer_id, session_id):
            return Customer(customer_id, session_id, now)
        case Claims() as claims if claims.is_staff:
            return Staff(claims.user_id, claims.session_id, now)
        case Claims(org_id=org_id) as claims if org_id is not None:
            return Mover(claims.user_id, org_id, Role(claims.role), claims.session_id, now)
        case _:
            return Anyone(now)


CurrentActor = Annotated[Actor, Depends(current_actor)]


def _known(actor: Actor) -> None:
    if isinstance(actor, Anyone):
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})


async def current_mover(
    actor: CurrentActor,
    _bearer: Annotated[str | None, Security(mover_bearer)] = None,
    _cookie: Annotated[str | None, Security(mover_cookie)] = None,
) -> Mover:
    _known(actor)
    if not isinstance(actor, Mover):
        raise WrongKindOfCaller("This is for members of a moving company.")
    return actor


async def current_customer(
    actor: CurrentActor,
    _bearer: Annotated[object, Security(customer_bearer)] = None,
    _cookie: Annotated[str | None, Security(customer_cookie)] = None,
) -> Customer:
    _known(actor)
    if not isinstance(actor, Customer):
        raise WrongKindOfCaller("This is for customers.")
    return actor


async def current_staff(actor: CurrentActor, _bearer: Annotated[str | None, Security(staff_bearer)] = None) -> Staff:
    _known(actor)
    if not isinstance(actor, Staff):
        raise WrongKindOfCaller("This is for the platform's staff.")
    return actor


async def mover_or_customer(
    actor: CurrentActor,
    _mover: Annotated[str | None, Security(mover_bearer)] = None,
    _customer: Annotated[object, Security(customer_bearer)] = None,
) -> Mover | Customer:
    _known(actor)
    if not isinstance(actor, Mover | Customer):
        raise WrongKindOfCaller("This is for customers and members of a moving company.")
    return actor


CurrentMover = Annotated[Mover, Depends(current_mover)]
CurrentCustomer = Annotated[Customer, Depends(current_customer)]
CurrentStaff = Annotated[Staff, Depends(current_staff)]
MoverOrCustomer = Annotated[Mover | Customer, Depends(mover_or_customer)]


def allow(*roles: Role) -> Callable[[Mover], Awaitable[Mover]]:
    """A dependency that lets in members of these roles. Raises: RoleNotAllowed (403)."""

    async def member_of_role(actor: CurrentMover) -> Mover:
        if actor.role not in roles:
            raise RoleNotAllowed(f"This needs one of: {', '.join(roles)}. You are {actor.role}.")
        return actor

    return member_of_role
