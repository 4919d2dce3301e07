from __future__ import annotations

from enum import StrEnum

from app.kernel.actor import StaffRole
from app.kernel.transport import Transport

__all__ = ["ApiKeyStatus", "MailPurpose", "StaffRole", "Transport"]


class ApiKeyStatus(StrEnum):
    """`rotating`: the former secret is good too, until its end."""

    ACTIVE = "active"
    ROTATING = "rotating"
    EXPIRED = "expired"
    REVOKED = "revoked"


class MailPurpose(StrEnum):
    """What a mailed link is for; one cannot do the other's work."""

    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a purpose
