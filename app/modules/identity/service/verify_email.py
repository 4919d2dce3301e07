from __future__ import annotations

from uuid import UUID

from app.kernel.actor import Anyone
from app.modules.audit.public import Change, record
from app.modules.identity import repository
from app.modules.identity.errors import EmailNotVerified
from app.modules.identity.events import EmailVerificationAsked
from app.modules.identity.service.mail_tokens import issue_mail_token, spend_mail_token
from app.modules.identity.values import MailPurpose
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit
from app.runtime.resources import Resources


async def ask_for_verification(session: WriteSession, resources: Resources, email: str) -> None:
    """Send a link to this address if it has an account and was not shown yet; the work is the same if not.

    Emits: identity.email_verification_asked.
    """
    user = await repository.find_user_by_email(session, email)
    waits = user is not None and user.disabled_at is None and user.email_verified_at is None
    await send_verification(session, resources, user.id if user is not None and waits else None)


async def send_verification(session: WriteSession, resources: Resources, user_id: UUID | None) -> None:
    """Emits: identity.email_verification_asked."""
    token_id = await issue_mail_token(session, resources, user_id, MailPurpose.VERIFY_EMAIL)
    emit(session, EmailVerificationAsked(token_id=token_id, user_id=user_id), now=resources.clock.now())


async def verify_email(session: WriteSession, resources: Resources, token: str) -> None:
    """Spend the link. Locks: the link. Raises: MailTokenRefused (422)."""
    user_id = await spend_mail_token(session, resources, token, MailPurpose.VERIFY_EMAIL)
    now = resources.clock.now()
    await repository.mark_email_verified(session, user_id, now)
    record(session, Anyone(now), Change("identity.email_verified", "user", user_id))


async def has_verified_email(session: ReadSession, user_id: UUID) -> bool:
    user = await repository.get_user(session, user_id)
    return user is not None and user.email_verified_at is not None


async def require_verified_email(session: ReadSession, user_id: UUID) -> None:
    """Raises: EmailNotVerified (403)."""
    if not await has_verified_email(session, user_id):
        raise EmailNotVerified
