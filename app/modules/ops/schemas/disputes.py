from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.text import Note500
from app.modules.market.public import ArrivalWindow
from app.modules.ops.schemas.companies import ReviewedCompanyOut


class DecisionIn(BaseModel):
    """Why; the company and the customer read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Note500 = Field(examples=["The crew's photos show the door at 9:05; nobody opened."])


class WaitingDisputeOut(BaseModel):
    """A no-show that a customer reported of a company, and what both say. `note` is the company's, `report_note` the
    customer's; null: nothing, or the customer's data was erased.
    """

    id: UUID
    organization: ReviewedCompanyOut
    booking_id: UUID
    reference: str
    pickup_zone: str
    starts_at: datetime
    arrival_window: ArrivalWindow
    reported_at: datetime
    report_note: str | None
    disputed_at: datetime
    note: str | None
