from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class InsuranceKind(StrEnum):
    CARGO = "cargo"
    LIABILITY = "liability"
    WORKERS_COMP = "workers_comp"


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class MissingCode(StrEnum):
    """What a company still lacks before it can be verified."""

    TRUCK = "truck"
    DRIVER = "driver"
    INSURANCE = "insurance"
    PRICING = "pricing"


@dataclass(frozen=True, slots=True)
class Missing:
    code: MissingCode
    message: str


@dataclass(frozen=True, slots=True)
class Cover:
    """A policy's days, both included."""

    effective_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """A request to be verified, as other modules see it."""

    id: UUID
    org_id: UUID
    status: CaseStatus
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why a company is out of the market, since when and, once it is back, until when."""

    id: UUID
    org_id: UUID
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None
