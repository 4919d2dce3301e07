from __future__ import annotations

from enum import StrEnum


class OrgStatus(StrEnum):
    """A company's standing. Only a verified one is found by the market."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    VERIFIED = "verified"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


class AreaKind(StrEnum):
    RADIUS = "radius"
