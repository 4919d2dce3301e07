from __future__ import annotations

from enum import StrEnum

from app.kernel.transport import Transport

__all__ = ["StaffRole", "Transport"]


class StaffRole(StrEnum):
    """What a member of the platform's own staff may do."""

    REVIEWER = "reviewer"
    SUPPORT = "support"
    ADMIN = "admin"
