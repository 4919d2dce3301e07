from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.kernel.actor import MoverMember
from app.kernel.permissions import Permission
from app.modules.identity import service
from app.modules.identity.access import SignedInUser
from app.modules.identity.errors import (
    NothingToConfirm,
    SecondFactorDemanded,
    SecondFactorMissing,
    SecondFactorStands,
    StepUpRequired,
    WrongCode,
    WrongPassword,
)
from app.modules.identity.schemas import (
    CodeIn,
    DisableSecondFactorIn,
    EnrolmentOut,
    RecoveryCodesOut,
    SignInPolicyIn,
    SignInPolicyOut,
    StepUpIn,
)
from app.modules.identity.service.passwords import require_password
from app.modules.identity.service.second_factor import prepare_step_up
from app.runtime.auth.dependencies import CurrentMember, allow_member
from app.runtime.auth.passwords import SignInBusy
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_proof
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Read, SigninWrite

router = APIRouter(prefix="/v1", tags=["sign-in"], route_class=TransactionalRoute)

CompanyOwner = Annotated[MoverMember, Depends(allow_member(Permission.SECOND_FACTOR_DEMAND))]


@router.post("/auth/mfa/enrol", status_code=201, responses=problems(StepUpRequired, SecondFactorStands))
async def enrol_second_factor(actor: SignedInUser, session: SigninWrite, request: Request) -> EnrolmentOut:
    """A secret for an authenticator app; it is in force once a code of it is confirmed.

    Needs a sign-in or a step-up of the last five minutes. For movers and staff.
    """
    return await service.enrol(session, actor)


@router.post("/auth/mfa/confirm", responses=problems(NothingToConfirm, WrongCode))
async def confirm_second_factor(
    body: CodeIn, actor: SignedInUser, session: SigninWrite, request: Request
) -> RecoveryCodesOut:
    """Put the secret in force by a code of it. Gives ten recovery codes, shown this once; ends your other sessions.

    For movers and staff.
    """
    await limit_proof(request, actor.user_id)
    return await service.confirm(session, resources_of(request), actor, body.code)


@router.post(
    "/auth/mfa/disable",
    status_code=204,
    responses=problems(WrongPassword, WrongCode, SecondFactorMissing, SecondFactorDemanded, SignInBusy),
)
async def disable_second_factor(
    body: DisableSecondFactorIn, actor: SignedInUser, session: SigninWrite, request: Request
) -> None:
    """Do without the second factor, by password and a code. Ends your other sessions. For movers and staff."""
    await limit_proof(request, actor.user_id)
    await require_password(resources_of(request), actor, body.password)
    await service.disable(session, resources_of(request), actor, body.code)


@router.post("/auth/step-up", status_code=204, responses=problems(WrongPassword, WrongCode, SignInBusy))
async def step_up(body: StepUpIn, actor: SignedInUser, session: SigninWrite, request: Request) -> None:
    """Show again that it is you, for five minutes: by a code, or by the password if you have no second factor.

    For movers and staff.
    """
    await limit_proof(request, actor.user_id)
    await prepare_step_up(resources_of(request), actor, body)
    await service.step_up(session, resources_of(request), actor, body)


@router.get("/org/sign-in-policy")
async def show_sign_in_policy(actor: CurrentMember, session: Read) -> SignInPolicyOut:
    """What the company demands of its members when they sign in. For all members."""
    return await service.show_sign_in_policy(session, actor)


@router.put("/org/sign-in-policy", responses=problems(SecondFactorMissing, StepUpRequired))
async def set_sign_in_policy(body: SignInPolicyIn, actor: CompanyOwner, session: SigninWrite) -> SignInPolicyOut:
    """Demand a second factor of all members, or no more; who has none can then only enrol one.

    To demand it no more needs a sign-in or a step-up of the last five minutes. For owners.
    """
    return await service.set_sign_in_policy(session, actor, body)
