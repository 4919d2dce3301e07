from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.kernel.instants import Day
from app.kernel.money import MoneyIn, MoneyOut
from app.kernel.text import Text60, Text120
from app.modules.orgs.values import OrgStatus
from app.modules.verification.values import CaseStatus, InsuranceKind, MissingCode


class PolicyIn(BaseModel):
    """An insurance policy: `coverage` is its limit, `effective_on` and `expires_on` its first and last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: InsuranceKind
    insurer: Text120
    policy_number: Annotated[Text60, Field(examples=["CA-204881"])]
    coverage: MoneyIn
    effective_on: Day
    expires_on: Day

    @field_validator("coverage")
    @classmethod
    def refuse_nothing_covered(cls, coverage: MoneyIn) -> MoneyIn:
        if coverage.amount <= 0:
            raise ValueError("must be more than 0")
        return coverage

    @field_validator("expires_on")
    @classmethod
    def refuse_reversed(cls, expires_on: date, info: ValidationInfo) -> date:
        effective_on = info.data.get("effective_on")
        if effective_on is not None and expires_on <= effective_on:
            raise ValueError("must be after effective_on")
        return expires_on


class PolicyOut(BaseModel):
    id: UUID
    kind: InsuranceKind
    insurer: str
    policy_number: str
    coverage: MoneyOut
    effective_on: date
    expires_on: date
    created_at: datetime


class MissingOut(BaseModel):
    """What is lacking, for a program and for a screen."""

    model_config = ConfigDict(from_attributes=True)

    code: MissingCode
    message: str


class CaseOut(BaseModel):
    """A request to be verified; `reason` is a rejection's."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: CaseStatus
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None


class SubmittedOut(CaseOut):
    missing: list[MissingOut]


class SuspensionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    reason: str
    suspended_at: datetime
    lifted_at: datetime | None


class VerificationOut(BaseModel):
    """Where the company stands, what it still lacks, its requests and suspensions, the latest first."""

    status: OrgStatus
    missing: list[MissingOut]
    cases: list[CaseOut]
    suspensions: list[SuspensionOut]
