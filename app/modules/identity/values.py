from __future__ import annotations

from enum import StrEnum


class Transport(StrEnum):
    """How a client keeps its tokens: in its own hands, or in HTTP-only cookies."""

    BEARER = "bearer"
    COOKIE = "cookie"


class StaffRole(StrEnum):
    """What a member of the platform's own staff may do."""

    REVIEWER = "reviewer"
    SUPPORT = "support"
    ADMIN = "admin"
