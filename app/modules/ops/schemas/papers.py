from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from app.kernel.money import MoneyOut
from app.modules.ops.schemas.companies import ReasonIn, ReviewedCompanyOut
from app.modules.orgs.public import UsdotNumber
from app.modules.verification.public import DocumentOut, PolicyOut
from app.modules.verification.values import Need


class AskedCoverageOut(BaseModel):
    """The highest figure that the laws a company has declared ask of such a policy on its days, and whether its
    coverage is as much; one in another currency is not.
    """

    minimum: MoneyOut
    is_met: bool
    authority: str
    source: str


class WaitingPaperOut(BaseModel):
    """A policy or document that nobody has looked at; `counts_until`: its last day until somebody does, null where it
    counts for nothing. `upload_id` opens the paper itself; of a tax id, `number` is its last four digits. A
    policy has its `coverage`; `asked` is null where no law names a figure for it, and of documents.
    """

    id: UUID
    organization: ReviewedCompanyOut
    kind: Need
    number: str | None
    issuer: str
    truck_id: UUID | None
    upload_id: UUID | None
    effective_on: date
    expires_on: date | None
    shown_at: datetime
    counts_until: date | None
    coverage: MoneyOut | None
    asked: AskedCoverageOut | None


class ReviewedPaperOut(BaseModel):
    """A paper after somebody's look: the policy or the document, and the other is null."""

    policy: PolicyOut | None
    document: DocumentOut | None


class WaitingNumberOut(BaseModel):
    """A U.S. DOT number that a company has told since it asked to be verified; it is printed nowhere yet."""

    model_config = ConfigDict(from_attributes=True)

    organization: ReviewedCompanyOut
    number: str
    told_at: datetime


class NumberIn(BaseModel):
    """The number that was looked at; another that the company tells meanwhile stays unconfirmed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: UsdotNumber


class RefusedNumberIn(NumberIn, ReasonIn):
    """The number that was looked at, and why it is not the company's."""
