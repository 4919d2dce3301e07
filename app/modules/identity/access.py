from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from app.kernel.actor import ActorKind, MoverMember, Staff
from app.kernel.permissions import Permission
from app.modules.identity import service
from app.runtime.auth.dependencies import WrongKindOfCaller, allow_member, known_actor, open_to
from app.runtime.web.sessions import Write


@open_to(ActorKind.MOVER, ActorKind.STAFF)
async def someone_with_password(request: Request) -> MoverMember | Staff:
    """Raises: Unauthenticated (401), WrongKindOfCaller (403)."""
    actor = known_actor(request)
    if isinstance(actor, Staff | MoverMember):
        return actor
    raise WrongKindOfCaller("This is for people who sign in with a password.")


SignedInUser = Annotated[MoverMember | Staff, Depends(someone_with_password)]


async def freshly_proved(actor: SignedInUser, session: Write) -> MoverMember | Staff:
    """Whoever has shown within the last five minutes who they are: for what a stolen session must not do.

    Name StepUpRequired in the route's `responses`. Raises: StepUpRequired (403), SessionEnded (401).
    """
    await service.require_fresh_proof(session, actor)
    return actor


FreshlyProved = Annotated[MoverMember | Staff, Depends(freshly_proved)]

MembersRead = Annotated[MoverMember, Depends(allow_member(Permission.MEMBERS_MANAGE))]
MembersWrite = MembersRead
OwnershipTransfer = Annotated[MoverMember, Depends(allow_member(Permission.OWNERSHIP_TRANSFER))]
ApiKeysRead = Annotated[MoverMember, Depends(allow_member(Permission.API_KEYS_MANAGE))]
# What stops a key must not wait for a step-up.
ApiKeysStop = ApiKeysRead


async def freshly_proved_keeper(actor: ApiKeysRead, session: Write) -> MoverMember:
    """Raises: StepUpRequired (403), RoleNotAllowed (403), SessionEnded (401)."""
    await service.require_fresh_proof(session, actor)
    return actor


ApiKeysWrite = Annotated[MoverMember, Depends(freshly_proved_keeper)]
