"""Requests to be verified, what staff make of them, and every step of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.modules.verification.values.laws import Need


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Claimed(StrEnum):
    """Whose case it is at this moment."""

    ME = "me"
    OTHERS = "others"
    NONE = "none"


class Step(StrEnum):
    """What happens to a company between its first request and the market."""

    SUBMITTED = "submitted"
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    FIRST_APPROVAL = "first_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    LAPSED = "lapsed"
    RESTORED = "restored"


class Cause(StrEnum):
    """Why a company is out of the market: staff said so, or its papers ended."""

    STAFF = "staff"
    PAPERS = "papers"


@dataclass(frozen=True, slots=True)
class Finding:
    """Why one item was not accepted; of a truck's paper, which truck."""

    item: Need
    truck_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a company was rejected, altogether and item by item."""

    reason: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Which of the staff holds a case, and until when."""

    user_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A request to be verified, as other modules see it; `first_approved_by`: the first of two."""

    id: UUID
    org_id: UUID
    status: CaseStatus
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None
    findings: tuple[Finding, ...]
    claim: Claim | None
    first_approved_by: UUID | None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are asked for: none of `statuses` is all of them; `claimed` as `me` sees it `now`."""

    statuses: tuple[CaseStatus, ...]
    claimed: Claimed | None
    me: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What the staff wrote down for each other beside a case."""

    id: UUID
    text: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One step of a company's history; `by` is None where it is not told, or nobody's."""

    step: Step
    case_id: UUID | None
    at: datetime
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why a company is out of the market, since when and, once it is back, until when."""

    id: UUID
    org_id: UUID
    cause: Cause
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None
