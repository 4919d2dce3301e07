"""Links that are mailed: each proves, once and for a while, that its holder reads the mail of an account.

The token is made from its row's id and the program's key, so that the worker writes it into the mail and the
database keeps its hash alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from app.kernel.ids import new_id
from app.kernel.signing import BadToken, Signer
from app.modules.identity import repository
from app.modules.identity.errors import MailTokenRefused
from app.modules.identity.models import MailToken
from app.modules.identity.repository import addresses
from app.modules.identity.values import MailPurpose
from app.runtime.auth.opaque import make_token, read_token, token_hash
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources

LIFETIMES: Final = {
    MailPurpose.VERIFY_EMAIL: timedelta(hours=24),
    MailPurpose.CHANGE_EMAIL: timedelta(hours=24),
    MailPurpose.RESET_PASSWORD: timedelta(minutes=30),
}
PREFIXES: Final = {
    MailPurpose.VERIFY_EMAIL: "mhv",
    MailPurpose.CHANGE_EMAIL: "mhe",
    MailPurpose.RESET_PASSWORD: "mhp",
}


def mail_token_text(signer: Signer, purpose: MailPurpose, token_id: UUID) -> str:
    return make_token(signer, PREFIXES[purpose], token_id)


async def issue_mail_token(
    session: WriteSession,
    resources: Resources,
    user_id: UUID | None,
    purpose: MailPurpose,
    new_email: str | None = None,
) -> UUID:
    """The id of a new link; of nobody's, when there is no user: so that both take as long.

    `new_email`: the address that it is to show, where it is not the user's yet.
    """
    now, token_id = resources.clock.now(), new_id()
    token = MailToken(
        id=token_id,
        user_id=user_id,
        purpose=purpose,
        token_hash=token_hash(mail_token_text(resources.signer, purpose, token_id)),
        created_at=now,
        expires_at=now + LIFETIMES[purpose],
        used_at=None,
        sealed_new_email=None if new_email is None else addresses.NEW.seal(session.seals, token_id, new_email),
    )
    await repository.insert_mail_token(session, token)
    return token_id


async def read_mail_token(session: ReadSession, resources: Resources, text: str, purpose: MailPurpose) -> UUID:
    """Whose link this is. Raises: MailTokenRefused (422) for one that is spent, too old or not ours."""
    token_id = id_of(resources, text, purpose)
    user_id = await repository.find_mail_token_user(session, token_id, token_hash(text), resources.clock.now())
    if user_id is None:
        raise MailTokenRefused
    return user_id


async def spend_mail_token(session: WriteSession, resources: Resources, text: str, purpose: MailPurpose) -> UUID:
    """Whose link this was: of many at once, one spends it. Locks: the link. Raises: MailTokenRefused (422)."""
    token_id = id_of(resources, text, purpose)
    user_id = await repository.spend_mail_token(session, token_id, token_hash(text), resources.clock.now())
    if user_id is None:
        raise MailTokenRefused
    return user_id


def id_of(resources: Resources, text: str, purpose: MailPurpose) -> UUID:
    """Raises: MailTokenRefused (422) for one that is none of this purpose."""
    try:
        [token_id] = read_token(resources.signer, PREFIXES[purpose], text, ids=1)
    except BadToken:
        raise MailTokenRefused from None
    return token_id
