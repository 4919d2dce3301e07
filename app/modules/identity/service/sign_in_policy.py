"""What a company demands of its members when they sign in."""

from __future__ import annotations

from app.kernel.actor import MoverMember
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import SecondFactorMissing
from app.modules.identity.schemas import SignInPolicyIn, SignInPolicyOut
from app.modules.identity.service.callers import lock_caller
from app.modules.identity.service.second_factor import require_fresh_proof
from app.modules.identity.service.sessions import ENROL_WITHIN
from app.runtime.db.constraints import SessionEnded
from app.runtime.db.session import ReadSession, WriteSession


async def show_sign_in_policy(session: ReadSession, actor: MoverMember) -> SignInPolicyOut:
    return SignInPolicyOut(second_factor_required=await repository.get_factor_demand(session, actor.org_id))


async def set_sign_in_policy(session: WriteSession, actor: MoverMember, body: SignInPolicyIn) -> SignInPolicyOut:
    """Demand a second factor of all members, or no more. Sessions of members without one may only enrol at once.

    Locks: the demand, so that sign-ins under way come first and are seen below, then the session.
    Raises: SessionEnded (401), SecondFactorMissing (409) for an owner who has none, StepUpRequired (403) to demand it
    no more.
    """
    await repository.lock_factor_demand(session, actor.org_id)
    await lock_caller(session, actor)
    await repository.act_as(session, user_id=actor.user_id, org_id=actor.org_id)
    memberships = [(org_id, role) for org_id, role in await repository.list_memberships(session, actor.user_id)]
    if (actor.org_id, actor.role) not in memberships:
        raise SessionEnded
    if body.second_factor_required:
        if not await repository.has_factor(session, actor.user_id):
            raise SecondFactorMissing
        await repository.limit_sessions_without_factor(session, actor.org_id, actor.now, actor.now + ENROL_WITHIN)
    else:
        await require_fresh_proof(session, actor)
    before = {"second_factor_required": await repository.get_factor_demand(session, actor.org_id)}
    await repository.put_factor_demand(session, actor.org_id, body.second_factor_required, actor.now)
    record(session, actor, Change("identity.sign_in_policy_set", "sign_in_policy", None, before, body.model_dump()))
    return SignInPolicyOut(second_factor_required=body.second_factor_required)
