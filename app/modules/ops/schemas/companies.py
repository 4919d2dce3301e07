from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.text import Note500
from app.modules.orgs.values import OrgStatus


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


class ReviewedSuspensionOut(BaseModel):
    """A time out of the market; `lifted_at` is null while it lasts."""

    id: UUID
    organization: ReviewedCompanyOut
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None
