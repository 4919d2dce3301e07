from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Security

from app.kernel.actor import Anyone, Mover, Staff
from app.kernel.errors import Unauthenticated
from app.runtime.auth.dependencies import CurrentActor, WrongKindOfCaller, mover_bearer, mover_cookie


async def someone_with_password(
    actor: CurrentActor,
    _bearer: Annotated[str | None, Security(mover_bearer)] = None,
    _cookie: Annotated[str | None, Security(mover_cookie)] = None,
) -> Mover | Staff:
    """Raises: Unauthenticated (401), WrongKindOfCaller (403)."""
    if isinstance(actor, Anyone):
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    if not isinstance(actor, Mover | Staff):
        raise WrongKindOfCaller("This is for people who sign in with a password.")
    return actor


SignedInUser = Annotated[Mover | Staff, Depends(someone_with_password)]
