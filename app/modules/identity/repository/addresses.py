"""E-mail addresses as the database keeps them: sealed for their row, and found by a keyed hash of their lower case."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from app.modules.identity.models import Invitation, MailToken, User
from app.runtime.sealing import SealedColumn, Seals

OF_USER: Final = SealedColumn("users", "email")
OF_INVITATION: Final = SealedColumn("invitations", "email")
NEW: Final = SealedColumn("mail_tokens", "new_email")
FORMER: Final = SealedColumn("mail_tokens", "former_email")


def user_index(seals: Seals, email: str) -> bytes:
    return seals.index("user email", email.lower())


def invitation_index(seals: Seals, email: str) -> bytes:
    """Of another purpose than a user's: who has the database alone cannot tell who accepted what."""
    return seals.index("invitation email", email.lower())


def user_columns(seals: Seals, user_id: UUID, email: str) -> dict[str, bytes]:
    return {
        "sealed_email": OF_USER.seal(seals, user_id, email.lower()),
        "email_index": user_index(seals, email),
    }


def invitation_columns(seals: Seals, invitation_id: UUID, email: str) -> dict[str, bytes]:
    return {
        "sealed_email": OF_INVITATION.seal(seals, invitation_id, email.lower()),
        "email_index": invitation_index(seals, email),
    }


def email_of(seals: Seals, user: User) -> str:
    """As it is shown: empty where it does not open, which is logged."""
    return OF_USER.shown(seals, user.id, user.sealed_email)


def invited_email(seals: Seals, invitation: Invitation) -> str:
    """Raises: CannotOpen."""
    return OF_INVITATION.open(seals, invitation.id, invitation.sealed_email)


def new_email(seals: Seals, token: MailToken) -> str | None:
    """Raises: CannotOpen."""
    return None if token.sealed_new_email is None else NEW.open(seals, token.id, token.sealed_new_email)


def former_email(seals: Seals, token: MailToken) -> str | None:
    """Raises: CannotOpen."""
    return None if token.sealed_former_email is None else FORMER.open(seals, token.id, token.sealed_former_email)
