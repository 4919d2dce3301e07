from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from app.kernel.instants import Day
from app.kernel.money import MoneyIn, MoneyOut
from app.kernel.text import Text60, Text120
from app.modules.orgs.values import OrgStatus
from app.modules.verification.rules import OF_EACH_TRUCK, fault_of_number
from app.modules.verification.values import CaseStatus, Cause, DocumentKind, InsuranceKind, Need, PackCode, Review, Step


class PolicyIn(BaseModel):
    """An insurance policy: `coverage` is its limit, `effective_on` and `expires_on` its first and last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: InsuranceKind
    insurer: Text120
    policy_number: Annotated[Text60, Field(examples=["CA-204881"])]
    coverage: MoneyIn
    effective_on: Day
    expires_on: Day
    upload_id: UUID | None = None

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


class ReviewedOut(BaseModel):
    """`review`: what staff made of a paper. Once you have asked to be verified, one that you show waits for their look:
    a renewal counts meanwhile as what it renews did, for fourteen days more; anything else counts for nothing.
    `counts_until`: its last day as things stand, null where it counts for nothing; `refusal`: why it was refused.
    """

    review: Review
    refusal: str | None
    counts_until: date | None


class PolicyOut(ReviewedOut):
    id: UUID
    kind: InsuranceKind
    insurer: str
    policy_number: str
    coverage: MoneyOut
    effective_on: date
    expires_on: date
    upload_id: UUID | None
    created_at: datetime
    withdrawn_at: datetime | None


class DocumentIn(BaseModel):
    """A permit, a number, or a truck's paper; `upload_id` is the paper itself, checked and found clean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: DocumentKind
    issuer: Annotated[Text120, Field(examples=["California Bureau of Household Goods and Services"])]
    number: Annotated[Text60 | None, Field(validate_default=True, examples=["CAL-T0191234"])] = None
    truck_id: Annotated[UUID | None, Field(validate_default=True)] = None
    effective_on: Day
    expires_on: Day | None = None
    upload_id: UUID | None = None

    @field_validator("number")
    @classmethod
    def refuse_wrong_number(cls, number: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        fault = None if kind is None else fault_of_number(kind, number)
        if fault:
            raise ValueError(fault)
        return number

    @field_validator("truck_id")
    @classmethod
    def refuse_wrong_subject(cls, truck_id: UUID | None, info: ValidationInfo) -> UUID | None:
        kind = info.data.get("kind")
        if kind is not None and (kind in OF_EACH_TRUCK.values()) != (truck_id is not None):
            raise ValueError("names the truck of a truck's paper, and nothing else")
        return truck_id

    @field_validator("expires_on")
    @classmethod
    def refuse_reversed(cls, expires_on: date | None, info: ValidationInfo) -> date | None:
        effective_on = info.data.get("effective_on")
        if effective_on is not None and expires_on is not None and expires_on < effective_on:
            raise ValueError("must not be before effective_on")
        return expires_on


class DocumentOut(ReviewedOut):
    """A document as it is shown; of a tax id, `number` is its last four digits."""

    id: UUID
    kind: DocumentKind
    truck_id: UUID | None
    issuer: str
    number: str | None
    effective_on: date
    expires_on: date | None
    upload_id: UUID | None
    created_at: datetime
    withdrawn_at: datetime | None


class PacksIn(BaseModel):
    """Under whose law the company works; none: what is asked everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    packs: Annotated[list[PackCode], Field(max_length=10)]


class PacksOut(BaseModel):
    packs: list[PackCode]


class RequirementOut(BaseModel):
    """What a law asks; `minimum` is a policy's limit, `in_force_from` is null where our sources are younger."""

    model_config = ConfigDict(from_attributes=True)

    need: Need
    authority: str
    source: str
    in_force_from: date | None
    minimum: MoneyOut | None


class PackOut(BaseModel):
    code: PackCode
    title: str
    requirements: list[RequirementOut]


class PackListOut(BaseModel):
    items: list[PackOut]


class MissingOut(BaseModel):
    """What is lacking, for a program and for a screen: of which truck, and who asks for it."""

    model_config = ConfigDict(from_attributes=True)

    code: Need
    message: str
    truck_id: UUID | None
    authority: str | None
    source: str | None


class FindingOut(BaseModel):
    """Why one item was not accepted; of a truck's paper, which truck."""

    model_config = ConfigDict(from_attributes=True)

    item: Need
    truck_id: UUID | None
    reason: str


class CaseOut(BaseModel):
    """A request to be verified; `reason` is a rejection's, `findings` tell it item by item."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: CaseStatus
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None
    findings: list[FindingOut]


class SubmittedOut(CaseOut):
    missing: list[MissingOut]


class SuspensionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    cause: Cause
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None


class TouchedBookingOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str
    starts_at: datetime


class LapseOut(BaseModel):
    """A paper that is over or withdrawn, and not renewed: the company's own, a truck's or a driver's. Of a withdrawn
    one `ended_on` is the day before.

    Jobs after `ended_on` that need it go to nobody; `bookings` are those that were promised before.
    """

    model_config = ConfigDict(from_attributes=True)

    need: Need
    truck_id: UUID | None
    driver_id: UUID | None
    ended_on: date
    bookings: list[TouchedBookingOut]


class TakenStepOut(BaseModel):
    """One step on the way to the market, or out of it."""

    model_config = ConfigDict(from_attributes=True)

    step: Step
    case_id: UUID | None
    at: datetime


class VerificationOut(BaseModel):
    """Where the company stands, what it still lacks, its requests, suspensions and steps, the latest first."""

    status: OrgStatus
    missing: list[MissingOut]
    cases: list[CaseOut]
    suspensions: list[SuspensionOut]
    lapses: list[LapseOut]
    history: list[TakenStepOut]
