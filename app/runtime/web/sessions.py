"""The session of a request as a parameter: `Read`, `Write`, `SigninWrite`, and `read_as` / `write_as` another audience.

Identity comes from the verified credential: a member or an API key opens as its company, a customer as themselves,
staff as staff, anybody else as nobody, who sees nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Annotated, Any, TypeVar

from fastapi import Depends
from starlette.requests import Request

from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import CustomerClaims
from app.runtime.auth.dependencies import KEY_SCOPE, credential_of
from app.runtime.auth.tokens import Claims
from app.runtime.db.session import HotRead, ReadSession, WriteSession
from app.runtime.db.tenancy import AFTER_IDENTITY, Audience, Identity, KeyProof, SessionRole
from app.runtime.resources import resources_of
from app.runtime.web.route import CLAIM_SCOPE, TRANSACTIONS, Claim

Session = TypeVar("Session")


def identity_of(request: Request) -> Identity:
    """What the request's transaction says of itself in its first statement."""
    now = resources_of(request).clock.now()
    match credential_of(request).claims:
        case CustomerClaims(customer_id, session_id):
            return Identity(Audience.CUSTOMER, customer_id=customer_id, session_id=session_id, now=now)
        case ApiKeyClaims(key_id, org_id, secret_hash):
            key = KeyProof(key_id, secret_hash, request.scope.get(KEY_SCOPE))
            return Identity(Audience.MOVER, org_id=org_id, key=key, now=now)
        case Claims() as claims:
            return Identity(
                Audience.STAFF if claims.is_staff else Audience.MOVER,
                org_id=claims.org_id,
                user_id=claims.user_id,
                session_id=claims.session_id,
                role=SessionRole(claims.role),
                now=now,
            )
        case _:
            return Identity()


def _as(identity: Identity, audience: Audience | None) -> Identity:
    """The identity as another audience. BOOKING stands in for CUSTOMER alone; MARKET and SIGNIN for anybody."""
    if audience is None or (audience is Audience.BOOKING and identity.audience is not Audience.CUSTOMER):
        return identity
    if audience is Audience.BOOKING:
        return Identity(audience, customer_id=identity.customer_id, session_id=identity.session_id, now=identity.now)
    return Identity(audience)


async def _enter(request: Request, opening: AbstractAsyncContextManager[Session]) -> Session:
    """Open a session that the route closes, and so commits, before its answer leaves (web/route.py, decision 0004).

    FastAPI's own `yield` dependencies would do with scope="function"; this costs less and needs none of its insides.
    """
    stack: AsyncExitStack = request.scope[TRANSACTIONS]
    return await stack.enter_async_context(opening)


def _reader(audience: Audience | None) -> Callable[[Request], Awaitable[ReadSession]]:
    async def open_read_session(request: Request) -> ReadSession:
        return await _enter(request, resources_of(request).database.read(_as(identity_of(request), audience)))

    return open_read_session


def _writer(audience: Audience | None, *, books: bool = False) -> Callable[[Request], Awaitable[WriteSession]]:
    async def open_write_session(request: Request) -> WriteSession:
        identity = _as(identity_of(request), audience)
        session = await _enter(request, resources_of(request).database.write(identity, books=books))
        claim: Claim | None = request.scope.get(CLAIM_SCOPE)
        if claim is not None:
            claim.session = session
            session.info[AFTER_IDENTITY] = claim.check
        return session

    return open_write_session


def read_as(audience: Audience) -> Any:
    return Depends(_reader(audience))


def write_as(audience: Audience, *, books: bool = False) -> Any:
    """`books`: the connections that are kept for bookings are for this one too (db/share.py)."""
    return Depends(_writer(audience, books=books))


async def open_hot_read(request: Request) -> HotRead:
    return await _enter(request, resources_of(request).database.hot_read(identity_of(request)))


Hot = Annotated[HotRead, Depends(open_hot_read)]
Read = Annotated[ReadSession, Depends(_reader(None))]
Write = Annotated[WriteSession, Depends(_writer(None))]
# For whoever signs in or has a session that may only enrol: the caller's own session is not asked for.
SigninWrite = Annotated[WriteSession, write_as(Audience.SIGNIN)]
