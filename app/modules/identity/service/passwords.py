"""Setting a password: what it may be, changing it, and setting a new one by a link.

Hashing takes a while, so that everything that is hashed is hashed before the transaction that writes begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.kernel.actor import Anyone, MoverMember, Staff
from app.kernel.errors import Fault
from app.modules.audit.public import Change, record
from app.modules.identity import repository, rules
from app.modules.identity.errors import MailTokenRefused, PasswordRefused, WrongPassword
from app.modules.identity.events import PasswordChanged, PasswordResetAsked
from app.modules.identity.models import User
from app.modules.identity.repository.addresses import email_of
from app.modules.identity.schemas import ChangePasswordIn, RegisterIn, ResetPasswordIn
from app.modules.identity.service.callers import lock_caller, tell_trail
from app.modules.identity.service.mail_tokens import issue_mail_token, read_mail_token, spend_mail_token
from app.modules.identity.values import MailPurpose
from app.modules.orgs import public as orgs
from app.runtime.auth.common_passwords import common_passwords
from app.runtime.db.session import WriteSession
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources

SIGNIN: Final = Identity(Audience.SIGNIN)


@dataclass(frozen=True, slots=True)
class NewHash:
    """A password that was accepted, hashed, and whose it is to become; `replaces` is the hash that stood then."""

    user_id: UUID
    password_hash: str
    replaces: str


def accept_registration(body: RegisterIn) -> None:
    """Raises: PasswordRefused (422)."""
    check_password(body.password, (body.organization.name, body.full_name, body.email.partition("@")[0]))


def check_password(password: str, names: Iterable[str], *, pointer: str = "/password") -> None:
    """Raises: PasswordRefused (422)."""
    if rules.is_guessable(password, common_passwords()):
        fault = Fault(pointer, "common", "This is, or is built on, one of the passwords that are tried first.")
    elif rules.names_its_owner(password, names):
        fault = Fault(pointer, "names_its_owner", "A password holds neither our name nor yours or your company's.")
    else:
        return
    raise PasswordRefused(faults=(fault,))


async def prepare_change(resources: Resources, actor: MoverMember | Staff, body: ChangePasswordIn) -> NewHash:
    """Check the current password and hash the new one, before the change's transaction.

    Raises: SessionEnded (401), WrongPassword (403), PasswordRefused (422), SignInBusy (503).
    """
    user = await require_password(resources, actor, body.current_password)
    await _check_own(resources, user, body.new_password, pointer="/new_password")
    return NewHash(user.id, await resources.passwords.hash(body.new_password), user.password_hash)


async def require_password(
    resources: Resources, actor: MoverMember | Staff, password: str, *, is_enrolment: bool = False
) -> User:
    """The caller, who has proved to know their password; read in a short transaction of its own.

    Raises: SessionEnded (401), WrongPassword (403), SignInBusy (503).
    """
    async with resources.database.write(SIGNIN) as session:
        user = (await lock_caller(session, actor, is_enrolment=is_enrolment)).user
    if not await resources.passwords.verify(user.password_hash, password):
        raise WrongPassword
    return user


async def change_password(session: WriteSession, actor: MoverMember | Staff, new: NewHash) -> None:
    """Set the password that `prepare_change` hashed, and end all other sessions.

    Locks: the session. Raises: SessionEnded (401), WrongPassword (403) where another change came first.
    Emits: identity.password_changed.
    """
    await lock_caller(session, actor)
    if not await repository.replace_password_hash(session, new.user_id, new.password_hash, new.replaces, actor.now):
        raise WrongPassword
    await repository.revoke_other_sessions(session, actor.user_id, actor.session_id, actor.now)
    await repository.spend_challenges(session, actor.user_id, actor.now)
    await repository.spend_mail_tokens(session, actor.user_id, actor.now, MailPurpose.RESET_PASSWORD)
    emit(session, PasswordChanged(user_id=actor.user_id), now=actor.now)
    await tell_trail(session, actor, Change("identity.password_changed", "user", actor.user_id))


async def ask_for_reset(session: WriteSession, resources: Resources, email: str) -> None:
    """Send a link to whoever has this address. The work is the same whether anybody has.

    Emits: identity.password_reset_asked.
    """
    user = await repository.find_user_by_email(session, email)
    user_id = user.id if user is not None and user.disabled_at is None else None
    token_id = await issue_mail_token(session, resources, user_id, MailPurpose.RESET_PASSWORD)
    emit(session, PasswordResetAsked(token_id=token_id, user_id=user_id), now=resources.clock.now())


async def prepare_reset(resources: Resources, body: ResetPasswordIn) -> NewHash:
    """Look at the link and hash the new password, before the reset's transaction.

    Raises: MailTokenRefused (422), PasswordRefused (422), SignInBusy (503).
    """
    async with resources.database.read(SIGNIN) as session:
        user_id = await read_mail_token(session, resources, body.token, MailPurpose.RESET_PASSWORD)
        user = await repository.get_user(session, user_id)
    if user is None or user.disabled_at is not None:
        raise MailTokenRefused
    await _check_own(resources, user, body.password, pointer="/password")
    return NewHash(user.id, await resources.passwords.hash(body.password), user.password_hash)


async def reset_password(session: WriteSession, resources: Resources, token: str, new: NewHash) -> None:
    """Spend the link, set the password and end all sessions. Whoever had the link has shown the address, too.

    Locks: the link. Raises: MailTokenRefused (422). Emits: identity.password_changed.
    """
    now = resources.clock.now()
    user_id = await spend_mail_token(session, resources, token, MailPurpose.RESET_PASSWORD)
    if not await repository.replace_password_hash(session, user_id, new.password_hash, new.replaces, now):
        raise MailTokenRefused
    await repository.spend_mail_tokens(session, user_id, now, MailPurpose.RESET_PASSWORD)
    await repository.mark_email_verified(session, user_id, now)
    await repository.revoke_sessions(session, user_id, now)
    await repository.spend_challenges(session, user_id, now)
    emit(session, PasswordChanged(user_id=user_id), now=now)
    # The password is the person's, whichever companies they work for.
    record(session, Anyone(now), Change("identity.password_reset", "user", user_id))


async def _check_own(resources: Resources, user: User, password: str, *, pointer: str) -> None:
    async with resources.database.write(SIGNIN) as session:
        names = [
            user.full_name,
            email_of(session.seals, user).partition("@")[0],
            *await _company_names(session, user.id),
        ]
    check_password(password, names, pointer=pointer)


async def _company_names(session: WriteSession, user_id: UUID) -> list[str]:
    await repository.act_as(session, user_id=user_id, org_id=None)
    names = []
    for org_id, _ in await repository.list_memberships(session, user_id):
        await repository.act_as(session, user_id=user_id, org_id=org_id)
        names.append(await orgs.company_name(session, org_id))
    return names
