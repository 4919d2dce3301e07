from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.paging import ListQuery
from app.kernel.text import Note500
from app.modules.audit.public import TrailQuery
from app.modules.orgs.values import OrgStatus
from app.modules.verification.values import CaseStatus, PackCode


class ReviewQuery(ListQuery):
    status: CaseStatus | None = None


class PlatformTrailQuery(TrailQuery):
    """Without `org_id`: the platform's own trail."""

    org_id: UUID | None = None


class ReasonIn(BaseModel):
    """Why; the company reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Note500 = Field(examples=["The cargo policy names another company."])


class ReviewedCompanyOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    usdot_number: str | None
    status: OrgStatus


class ReviewOut(BaseModel):
    """A company's request to be verified, as staff see it; `reason` is a rejection's."""

    id: UUID
    status: CaseStatus
    organization: ReviewedCompanyOut
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None


class ReviewedSuspensionOut(BaseModel):
    """A time out of the market; `lifted_at` is null while it lasts."""

    id: UUID
    organization: ReviewedCompanyOut
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None


class EnforcedPacks(BaseModel):
    """Laws by their codes; `generic` holds always."""

    model_config = ConfigDict(extra="forbid")

    packs: Annotated[list[PackCode], Field(max_length=10)]
