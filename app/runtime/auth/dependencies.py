"""The actor of a request as a parameter: no dependency, no access.

`CurrentMover`, `CurrentCustomer`, `CurrentStaff`, `MoverOrCustomer`, `AnyCaller`; a module's access.py narrows
them by role. Whether the session still lives is asked by the database in the transaction's first round trip.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Final, TypeVar

from fastapi import Depends
from starlette.requests import Request

from app.kernel.actor import Actor, ActorKind, Anyone, Customer, Mover, Role, Staff
from app.kernel.errors import Forbidden, Unauthenticated
from app.runtime.auth.credentials import NO_CREDENTIAL, SCOPE_KEY, Credential, CustomerClaims
from app.runtime.auth.csrf import refuse_forged
from app.runtime.auth.tokens import Claims
from app.runtime.resources import resources_of

CALLERS: Final = "__movehub_callers__"
CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}


class WrongKindOfCaller(Forbidden):
    code: ClassVar[str] = "wrong_kind_of_caller"
    title: ClassVar[str] = "This is not for your kind of account."


class RoleNotAllowed(Forbidden):
    code: ClassVar[str] = "role_not_allowed"
    title: ClassVar[str] = "Your role in the company does not allow this."


def credential_of(request: Request) -> Credential:
    found: Credential = request.scope.get(SCOPE_KEY, NO_CREDENTIAL)
    return found


def current_actor(request: Request) -> Actor:
    """Whoever asks. Raises: Unauthenticated (401) for a credential that is none, CsrfRefused (403)."""
    credential = credential_of(request)
    if credential.problem:
        raise Unauthenticated(credential.problem, headers=CHALLENGE)
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


def known_actor(request: Request) -> Mover | Customer | Staff:
    """Whoever has signed in. Raises: Unauthenticated (401), CsrfRefused (403)."""
    actor = current_actor(request)
    if isinstance(actor, Mover | Customer | Staff):
        return actor
    raise Unauthenticated(headers=CHALLENGE)


Dependency = TypeVar("Dependency", bound=Callable[..., Any])


def open_to(*kinds: ActorKind) -> Callable[[Dependency], Dependency]:
    """Say in the OpenAPI document whom a dependency lets in; the route class reads it, requests pay nothing."""

    def mark(dependency: Dependency) -> Dependency:
        setattr(dependency, CALLERS, kinds)
        return dependency

    return mark


@open_to(ActorKind.MOVER)
async def current_mover(request: Request) -> Mover:
    actor = known_actor(request)
    if not isinstance(actor, Mover):
        raise WrongKindOfCaller("This is for members of a moving company.")
    return actor


@open_to(ActorKind.CUSTOMER)
async def current_customer(request: Request) -> Customer:
    actor = known_actor(request)
    if not isinstance(actor, Customer):
        raise WrongKindOfCaller("This is for customers.")
    return actor


@open_to(ActorKind.STAFF)
async def current_staff(request: Request) -> Staff:
    actor = known_actor(request)
    if not isinstance(actor, Staff):
        raise WrongKindOfCaller("This is for the platform's staff.")
    return actor


@open_to(ActorKind.MOVER, ActorKind.CUSTOMER)
async def mover_or_customer(request: Request) -> Mover | Customer:
    actor = known_actor(request)
    if isinstance(actor, Staff):
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
