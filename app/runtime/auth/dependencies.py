"""The actor of a request as a parameter: no dependency, no access.

`CurrentMember`, `CurrentCustomer`, `CurrentStaff`; `allow` and `allow_or_customer` narrow them in a module's access.py
by a permission, and say by which scope an API key is let in: without one, none is. Whether the session or the key
still lives is asked by the database in the transaction's first round trip.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar, Final, TypeVar

from fastapi import Depends
from starlette.requests import Request

from app.kernel.actor import Actor, ActorKind, Anyone, Customer, Mover, MoverMember, MoverProgram, Role, Staff
from app.kernel.errors import Forbidden, Unauthenticated
from app.kernel.permissions import ROLES, Permission
from app.kernel.scopes import Scope
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import NO_CREDENTIAL, SCOPE_KEY, Credential, CustomerClaims
from app.runtime.auth.csrf import refuse_forged
from app.runtime.auth.tokens import Claims
from app.runtime.resources import resources_of

CALLERS: Final = "__movehub_callers__"
SCOPE: Final = "__movehub_scope__"
# Where the route class puts the scope that its dependencies name: the first statement asks for it.
KEY_SCOPE: Final = "movehub.key_scope"
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
        case ApiKeyClaims(key_id, org_id):
            return MoverProgram(key_id, org_id, now)
        case Claims() as claims if claims.is_staff:
            return Staff(claims.user_id, claims.session_id, now)
        case Claims(org_id=org_id) as claims if org_id is not None:
            return MoverMember(claims.user_id, org_id, Role(claims.role), claims.session_id, now)
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


def member_of(actor: Actor) -> MoverMember:
    """Raises: WrongKindOfCaller (403), for an API key too."""
    if isinstance(actor, MoverProgram):
        raise WrongKindOfCaller("This is for people: API keys are not let in.")
    if not isinstance(actor, MoverMember):
        raise WrongKindOfCaller("This is for members of a moving company.")
    return actor


@open_to(ActorKind.MOVER)
async def current_member(request: Request) -> MoverMember:
    return member_of(known_actor(request))


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


CurrentMember = Annotated[MoverMember, Depends(current_member)]
CurrentCustomer = Annotated[Customer, Depends(current_customer)]
CurrentStaff = Annotated[Staff, Depends(current_staff)]


def allow_member(permission: Permission) -> Callable[[CurrentMember], Awaitable[MoverMember]]:
    """A dependency that lets in members whose role has the permission, and no API key. Raises: RoleNotAllowed (403)."""

    async def member_of_role(actor: CurrentMember) -> MoverMember:
        _check_role(actor, permission)
        return actor

    return member_of_role


def allow(permission: Permission, *, scope: Scope) -> Callable[[Request], Awaitable[Mover]]:
    """A dependency that lets in members whose role has the permission, and API keys with this scope.

    Raises: WrongKindOfCaller (403), RoleNotAllowed (403); what the key lacks, the first statement refuses.
    """

    @open_to(ActorKind.MOVER, ActorKind.API_KEY)
    async def mover_of_role(request: Request) -> Mover:
        return _mover_of(known_actor(request), permission)

    setattr(mover_of_role, SCOPE, scope)
    return mover_of_role


def allow_or_customer(permission: Permission, *, scope: Scope) -> Callable[[Request], Awaitable[Mover | Customer]]:
    """As `allow`, and customers; which rows are theirs, the database says."""

    @open_to(ActorKind.MOVER, ActorKind.API_KEY, ActorKind.CUSTOMER)
    async def mover_of_role_or_customer(request: Request) -> Mover | Customer:
        actor = known_actor(request)
        if isinstance(actor, Staff):
            raise WrongKindOfCaller("This is for customers and members of a moving company.")
        return actor if isinstance(actor, Customer) else _mover_of(actor, permission)

    setattr(mover_of_role_or_customer, SCOPE, scope)
    return mover_of_role_or_customer


def _mover_of(actor: Actor, permission: Permission) -> Mover:
    if isinstance(actor, MoverProgram):
        return actor
    member = member_of(actor)
    _check_role(member, permission)
    return member


def _check_role(actor: MoverMember, permission: Permission) -> None:
    if actor.role not in ROLES[permission]:
        raise RoleNotAllowed(f"This needs one of: {', '.join(ROLES[permission])}. You are {actor.role}.")
