from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.paging import ListQuery
from app.kernel.text import Note500
from app.modules.ops.schemas.companies import ReasonIn, ReviewedCompanyOut, ReviewedStepOut
from app.modules.verification.public import Finding, FindingOut, MissingOut, Verdict
from app.modules.verification.values import CaseStatus, Claimed, Need


class ReviewQuery(ListQuery):
    """`claimed` asks for open cases: yours, other reviewers', or those that nobody has at this moment."""

    status: CaseStatus | None = None
    claimed: Claimed | None = None


class FindingIn(BaseModel):
    """Why one item cannot be accepted, by the code that the list of what is missing has for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item: Need
    truck_id: UUID | None = None
    reason: Note500 = Field(examples=["The certificate is cut off at the limit."])


class VerdictIn(ReasonIn):
    """Why a company is rejected, altogether and item by item; the company reads it all."""

    findings: Annotated[tuple[FindingIn, ...], Field(max_length=50)] = ()

    def to_verdict(self) -> Verdict:
        findings = (Finding(one.item, one.truck_id, one.reason) for one in self.findings)
        return Verdict(self.reason, tuple(findings))


class NoteIn(BaseModel):
    """For the staff alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Note500 = Field(examples=["Called the insurer: the policy is real."])


class NoteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    text: str
    written_by: UUID
    written_at: datetime


class ClaimOut(BaseModel):
    """Who has the case, and until when nobody else may claim or decide it."""

    model_config = ConfigDict(from_attributes=True)

    user_id: UUID
    until: datetime


class ReviewOut(BaseModel):
    """A company's request to be verified, as staff see it; `reason` and `findings` are a rejection's.

    `claim` is null when nobody has it, or who had it is late. `first_approved_by`: where two approve, the first.
    """

    id: UUID
    status: CaseStatus
    organization: ReviewedCompanyOut
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None
    findings: list[FindingOut]
    claim: ClaimOut | None
    first_approved_by: UUID | None


class CaseFileOut(ReviewOut):
    """A request with what the company lacks now, the staff's notes and the company's history, the latest first."""

    missing: list[MissingOut]
    notes: list[NoteOut]
    history: list[ReviewedStepOut]
