from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class Registered(Event):
    """A company and its owner came into being."""

    name: ClassVar[str] = "identity.registered"

    user_id: UUID


class Invited(Event):
    """Somebody was asked, or asked again, to become a member: a link is to be sent."""

    name: ClassVar[str] = "identity.invited"

    org_id: UUID
    invitation_id: UUID


class InvitationAccepted(Event):
    """Whoever was asked has become a member."""

    name: ClassVar[str] = "identity.invitation_accepted"

    org_id: UUID
    invitation_id: UUID
    user_id: UUID


class StaffHired(Event):
    """Somebody became a member of the platform's staff, and should hear of it."""

    name: ClassVar[str] = "identity.staff_hired"

    user_id: UUID


class RefreshReplayed(Event):
    """A spent refresh token was used again: its family was ended, and its owner should hear of it."""

    name: ClassVar[str] = "identity.refresh_replayed"

    user_id: UUID
    session_id: UUID


class EmailVerificationAsked(Event):
    """A link is to be sent that shows an address to be its user's; to nobody when there is no such user."""

    name: ClassVar[str] = "identity.email_verification_asked"

    token_id: UUID
    user_id: UUID | None


class EmailChangeAsked(Event):
    """A link is to be sent to an address that somebody wants for their own; of nobody when it is another's already."""

    name: ClassVar[str] = "identity.email_change_asked"

    token_id: UUID
    user_id: UUID | None


class EmailChanged(Event):
    """Somebody has another e-mail address; whoever reads the former should hear of it."""

    name: ClassVar[str] = "identity.email_changed"

    token_id: UUID
    user_id: UUID


class PasswordResetAsked(Event):
    """A link is to be sent that sets a new password; to nobody when there is no such user."""

    name: ClassVar[str] = "identity.password_reset_asked"

    token_id: UUID
    user_id: UUID | None


class PasswordChanged(Event):
    """A password was changed or set anew, and its owner should hear of it."""

    name: ClassVar[str] = "identity.password_changed"

    user_id: UUID


class SecondFactorChanged(Event):
    """A second factor was put in force or disabled, and its owner should hear of it."""

    name: ClassVar[str] = "identity.second_factor_changed"

    user_id: UUID
    is_on: bool


class ApiKeyMade(Event):
    """An API key was made or given a new secret, and the company's owners should hear of it."""

    name: ClassVar[str] = "identity.api_key_made"

    org_id: UUID
    key_id: UUID
    is_rotation: bool
