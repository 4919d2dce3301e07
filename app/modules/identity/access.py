from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from app.kernel.actor import ActorKind, Customer, Mover, Staff
from app.runtime.auth.dependencies import WrongKindOfCaller, known_actor, open_to


@open_to(ActorKind.MOVER, ActorKind.STAFF)
async def someone_with_password(request: Request) -> Mover | Staff:
    """Raises: Unauthenticated (401), WrongKindOfCaller (403)."""
    actor = known_actor(request)
    if isinstance(actor, Customer):
        raise WrongKindOfCaller("This is for people who sign in with a password.")
    return actor


SignedInUser = Annotated[Mover | Staff, Depends(someone_with_password)]
