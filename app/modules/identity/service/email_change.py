"""Another e-mail address: shown to be the user's before it takes the former's place, which is told."""

from __future__ import annotations

from app.kernel.actor import MoverMember, Staff
from app.modules.audit.public import Change
from app.modules.identity import repository
from app.modules.identity.errors import MailTokenRefused
from app.modules.identity.events import EmailChangeAsked, EmailChanged
from app.modules.identity.repository import addresses
from app.modules.identity.service.callers import lock_caller, tell_trail
from app.modules.identity.service.mail_tokens import id_of, issue_mail_token
from app.modules.identity.values import MailPurpose
from app.runtime.auth.opaque import token_hash
from app.runtime.db.session import WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources


async def ask_for_email_change(
    session: WriteSession, resources: Resources, actor: MoverMember | Staff, email: str
) -> None:
    """Send a link to the new address, the only one that is good from now on. Of an address that has an account
    already nothing is told, and nothing sent.

    Locks: the session. Raises: SessionEnded (401), EnrolmentRequired (403). Emits: identity.email_change_asked.
    """
    await lock_caller(session, actor)
    is_free = await repository.find_user_by_email(session, email) is None
    await repository.spend_mail_tokens(session, actor.user_id, actor.now, MailPurpose.CHANGE_EMAIL)
    user_id = actor.user_id if is_free else None
    new_email = email if is_free else None
    token_id = await issue_mail_token(session, resources, user_id, MailPurpose.CHANGE_EMAIL, new_email)
    emit(session, EmailChangeAsked(token_id=token_id, user_id=user_id), now=actor.now)
    await tell_trail(session, actor, Change("identity.email_change_asked", "user", actor.user_id))


async def change_email(session: WriteSession, resources: Resources, actor: MoverMember | Staff, token: str) -> None:
    """The address that the link was sent to is the user's, and shown to be. Other sessions end, and links that were
    mailed to the former address are worth nothing.

    Locks: the session, the link.
    Raises: MailTokenRefused (422), EmailTaken (409), SessionEnded (401), EnrolmentRequired (403).
    Emits: identity.email_changed.
    """
    user = (await lock_caller(session, actor)).user
    token_id = id_of(resources, token, MailPurpose.CHANGE_EMAIL)
    link = await repository.lock_email_change(session, token_id, token_hash(token), user.id, actor.now)
    email = None if link is None else addresses.new_email(session.seals, link)
    if link is None or email is None:
        raise MailTokenRefused
    former = addresses.email_of(session.seals, user)
    link.used_at = actor.now
    link.sealed_former_email = addresses.FORMER.seal(session.seals, link.id, former) if former else None
    columns = addresses.user_columns(session.seals, user.id, email)
    user.change(actor.now, email_verified_at=actor.now, **columns)
    await session.flush()
    await repository.spend_mail_tokens(
        session, user.id, actor.now, MailPurpose.RESET_PASSWORD, MailPurpose.VERIFY_EMAIL, MailPurpose.CHANGE_EMAIL
    )
    await repository.revoke_other_sessions(session, user.id, actor.session_id, actor.now)
    emit(session, EmailChanged(token_id=token_id, user_id=user.id), now=actor.now)
    await tell_trail(
        session, actor, Change("identity.email_changed", "user", user.id, {"email": former}, {"email": email})
    )
