from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from app.kernel.actor import ActorKind, Customer, Mover, Staff
from app.modules.identity import service
from app.runtime.auth.dependencies import WrongKindOfCaller, known_actor, open_to
from app.runtime.web.sessions import Write


@open_to(ActorKind.MOVER, ActorKind.STAFF)
async def someone_with_password(request: Request) -> Mover | Staff:
    """Raises: Unauthenticated (401), WrongKindOfCaller (403)."""
    actor = known_actor(request)
    if isinstance(actor, Customer):
        raise WrongKindOfCaller("This is for people who sign in with a password.")
    return actor


SignedInUser = Annotated[Mover | Staff, Depends(someone_with_password)]


async def freshly_proved(actor: SignedInUser, session: Write) -> Mover | Staff:
    """Whoever has shown within the last five minutes who they are: for what a stolen session must not do.

    Name StepUpRequired in the route's `responses`. Raises: StepUpRequired (403), SessionEnded (401).
    """
    await service.require_fresh_proof(session, actor)
    return actor


FreshlyProved = Annotated[Mover | Staff, Depends(freshly_proved)]
