"""A second factor: enrolling an authenticator app, and proving to hold it.

The app's secret is sealed for its user's row; recovery codes are kept as keyed hashes. The factor's row is locked
before a code is looked at, so that codes of one user are checked one after the other and each is good once.
"""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import MoverMember, Staff
from app.kernel.ids import new_id
from app.modules.audit.public import Change
from app.modules.identity import repository, rules
from app.modules.identity.errors import (
    NothingToConfirm,
    SecondFactorDemanded,
    SecondFactorMissing,
    SecondFactorStands,
    StepUpRequired,
    WrongCode,
    WrongPassword,
)
from app.modules.identity.events import SecondFactorChanged
from app.modules.identity.models import LoginSession, RecoveryCode, SecondFactor, User
from app.modules.identity.repository.addresses import email_of
from app.modules.identity.schemas import EnrolmentOut, RecoveryCodesOut, StepUpIn
from app.modules.identity.service.callers import lock_caller, tell_trail
from app.modules.identity.service.passwords import require_password
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources
from app.runtime.sealing import SealedColumn, Seals

RECOVERY_CODES: Final = 10
RECOVERY_BYTES: Final = 10
RECOVERY_PURPOSE: Final = "recovery code"
FRESH: Final = timedelta(minutes=5)
SECRET: Final = SealedColumn("second_factors", "sealed_secret")


async def enrol(session: WriteSession, actor: MoverMember | Staff) -> EnrolmentOut:
    """A new secret, in force once a code of it is confirmed; one that waited is replaced.

    Locks: the session. Raises: SessionEnded (401), StepUpRequired (403), SecondFactorStands (409).
    """
    caller = await lock_caller(session, actor, is_enrolment=True)
    _check_fresh(caller.login, actor)
    factor = await repository.lock_factor(session, actor.user_id)
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorStands
    secret = base64.b32encode(os.urandom(rules.SECRET_BYTES)).decode()
    sealed = SECRET.seal(session.seals, actor.user_id, secret)
    if factor is None:
        made = SecondFactor(
            user_id=actor.user_id, sealed_secret=sealed, created_at=actor.now, confirmed_at=None, last_step=None
        )
        await repository.insert_factor(session, made)
    else:
        factor.sealed_secret, factor.created_at, factor.last_step = sealed, actor.now, None
    await tell_trail(session, actor, Change("identity.second_factor_enrolled", "user", actor.user_id))
    return EnrolmentOut(secret=secret, otpauth_uri=rules.otpauth_uri(secret, email_of(session.seals, caller.user)))


async def confirm(
    session: WriteSession, resources: Resources, actor: MoverMember | Staff, code: str
) -> RecoveryCodesOut:
    """Put the new secret in force by a code of it. This session becomes a whole one, all others end.

    Locks: the session, the factor. Raises: SessionEnded (401), NothingToConfirm (409), WrongCode (403).
    Emits: identity.second_factor_changed.
    """
    login = (await lock_caller(session, actor, is_enrolment=True)).login
    # A sign-in without it that is under way comes first, and its session ends below.
    await repository.get_standing_for_sign_in(session, actor.user_id)
    factor = await repository.lock_factor(session, actor.user_id)
    if factor is None or factor.confirmed_at is not None:
        raise NothingToConfirm
    step = rules.step_of(_secret(session.seals, factor), code, actor.now, None)
    if step is None:
        raise WrongCode
    factor.confirmed_at, factor.last_step = actor.now, step
    if login.enrol_only_since is not None:
        login.enrol_only_since = None
        login.expires_at = actor.now + timedelta(days=resources.settings.auth.refresh_days)
    login.proved_at = actor.now
    await repository.revoke_other_sessions(session, actor.user_id, actor.session_id, actor.now)
    emit(session, SecondFactorChanged(user_id=actor.user_id, is_on=True), now=actor.now)
    recovery_codes = await _new_recovery_codes(session, resources, actor.user_id)
    await tell_trail(session, actor, Change("identity.second_factor_confirmed", "user", actor.user_id))
    return RecoveryCodesOut(recovery_codes=recovery_codes)


async def disable(session: WriteSession, resources: Resources, actor: MoverMember | Staff, code: str) -> None:
    """Do without the factor from now on; whoever calls has checked the password. All other sessions end.

    Locks: the session, the factor, what the user's companies demand. Emits: identity.second_factor_changed.
    Raises: SessionEnded (401), WrongCode (403), SecondFactorMissing (409), SecondFactorDemanded (409).
    """
    user = (await lock_caller(session, actor)).user
    factor = await repository.lock_factor(session, actor.user_id)
    if factor is None or factor.confirmed_at is None:
        raise SecondFactorMissing
    if await is_demanded(session, resources, user):
        raise SecondFactorDemanded
    if not await takes_code(session, resources, factor, code):
        raise WrongCode
    await repository.delete_factor(session, actor.user_id)
    await repository.revoke_other_sessions(session, actor.user_id, actor.session_id, actor.now)
    emit(session, SecondFactorChanged(user_id=actor.user_id, is_on=False), now=actor.now)
    await tell_trail(session, actor, Change("identity.second_factor_disabled", "user", actor.user_id))


async def prepare_step_up(resources: Resources, actor: MoverMember | Staff, body: StepUpIn) -> None:
    """Check the password, where one is sent, before the step-up's transaction.

    Raises: SessionEnded (401), WrongPassword (403), SignInBusy (503).
    """
    if body.password is not None:
        await require_password(resources, actor, body.password, is_enrolment=True)


async def step_up(session: WriteSession, resources: Resources, actor: MoverMember | Staff, body: StepUpIn) -> None:
    """Show again who is at the keyboard: by a code, or by the password for who has no second factor.

    Locks: the session, the factor. Raises: SessionEnded (401), WrongCode (403), WrongPassword (403).
    """
    login = (await lock_caller(session, actor, is_enrolment=True)).login
    factor = await repository.lock_factor(session, actor.user_id)
    if factor is not None and factor.confirmed_at is not None:
        if body.code is None or not await takes_code(session, resources, factor, body.code):
            raise WrongCode
    elif body.password is None:
        raise WrongPassword
    login.proved_at = actor.now
    await tell_trail(session, actor, Change("identity.stepped_up", "session", actor.session_id))


async def require_fresh_proof(session: ReadSession, actor: MoverMember | Staff) -> None:
    """For what a stolen session must not do. Raises: StepUpRequired (403), SessionEnded (401)."""
    proved_at = await repository.get_proved_at(session, actor.session_id)
    if proved_at is None or actor.now - proved_at > FRESH:
        raise StepUpRequired


async def takes_code(session: WriteSession, resources: Resources, factor: SecondFactor, code: str) -> bool:
    """Whether this is a code of the app that was not used yet, or an unused recovery code; it is spent by that.

    The factor's row is locked by whoever calls.
    """
    now = resources.clock.now()
    if rules.is_time_code(code):
        step = rules.step_of(_secret(session.seals, factor), code, now, factor.last_step)
        if step is None:
            return False
        factor.last_step = step
        return True
    return await repository.spend_recovery_code(
        session, factor.user_id, _recovery_hash(resources, factor.user_id, code), now
    )


async def is_demanded(session: WriteSession, resources: Resources, user: User) -> bool:
    """Whether the user may not do without: staff, but for accounts that development exempts, and members of a
    company that demands it. Leaves the transaction acting for none of them.
    """
    if user.staff_role is not None:
        return not email_of(session.seals, user).endswith(resources.settings.auth.second_factor_exempt)
    await repository.act_as(session, user_id=user.id, org_id=None)
    for org_id, _ in await repository.list_memberships(session, user.id):
        if await company_demands(session, user.id, org_id):
            return True
    return False


async def company_demands(session: WriteSession, user_id: UUID, org_id: UUID) -> bool:
    """Whether the company demands a second factor of its members; the transaction acts for it from here on.

    Locks: the demand, which stays so until this transaction has ended: of a session that is opened and a demand that
    begins meanwhile one sees the other.
    """
    await repository.act_as(session, user_id=user_id, org_id=org_id)
    await repository.keep_factor_demand(session, org_id)
    return await repository.get_factor_demand(session, org_id)


def _check_fresh(login: LoginSession, actor: MoverMember | Staff) -> None:
    if login.proved_at is None or actor.now - login.proved_at > FRESH:
        raise StepUpRequired


async def _new_recovery_codes(session: WriteSession, resources: Resources, user_id: UUID) -> list[str]:
    codes = [rules.recovery_code_of(os.urandom(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]
    hashes = [_recovery_hash(resources, user_id, code) for code in codes]
    rows = [RecoveryCode(id=new_id(), user_id=user_id, code_hash=one, used_at=None) for one in hashes]
    await repository.replace_recovery_codes(session, user_id, rows)
    return codes


def _recovery_hash(resources: Resources, user_id: UUID, code: str) -> bytes:
    return resources.pepper.derive(RECOVERY_PURPOSE, user_id.bytes, rules.plain_recovery_code(code).encode())


def _secret(seals: Seals, factor: SecondFactor) -> bytes:
    return base64.b32decode(SECRET.open(seals, factor.user_id, factor.sealed_secret))
