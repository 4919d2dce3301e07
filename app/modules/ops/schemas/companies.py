from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.paging import ListQuery
from app.kernel.text import Note500, Text60, Text120
from app.modules.bookings.values import BookingStatus
from app.modules.orgs.public import PromisesOut, UnconfirmedNumberOut
from app.modules.orgs.values import OrgStatus
from app.modules.verification.public import CaseOut, DocumentOut, LapseOut, MissingOut, PolicyOut, SuspensionOut
from app.modules.verification.values import Step


class ReviewedStepOut(BaseModel):
    """A step of the company; `by` is null where the program took it."""

    model_config = ConfigDict(from_attributes=True)

    step: Step
    case_id: UUID | None
    at: datetime
    by: UUID | None


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


class OpenBookingOut(BaseModel):
    """A booking that is held or promised and not done."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    reference: str
    status: BookingStatus
    starts_at: datetime
    ends_at: datetime


class SuspendedOut(ReviewedSuspensionOut):
    """`bookings` stay as they are; their customers are told."""

    bookings: list[OpenBookingOut]


class CompanyQuery(ListQuery):
    """`q`: what a caller can say: a name or most of it, accents or none; a phone number, the company's or a customer's,
    however it is written; a U.S. DOT, MC or permit number; the e-mail of a member or of a customer; a booking's
    reference; an invoice's number; a truck's plate.
    """

    q: Text120 | None = None
    status: OrgStatus | None = None


class FoundCompanyOut(ReviewedCompanyOut):
    phone: str
    city: str
    state: str


class CompanyFileOut(FoundCompanyOut):
    """All that staff have of a company; lists have the latest first, but for bookings."""

    unconfirmed_usdot_number: UnconfirmedNumberOut | None
    timezone: str
    promises: PromisesOut
    missing: list[MissingOut]
    policies: list[PolicyOut]
    documents: list[DocumentOut]
    cases: list[CaseOut]
    suspensions: list[SuspensionOut]
    lapses: list[LapseOut]
    history: list[ReviewedStepOut]
    bookings: list[OpenBookingOut]


class PaperFileOut(BaseModel):
    """The file of a paper, with links that live for a minute."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    file_name: str
    content_type: str
    size_bytes: int
    url: str
    thumbnail_url: str | None


class BookingQuery(BaseModel):
    """`q`: what a customer can say: a booking's reference, an invoice's number, their phone number, however it is
    written, or e-mail, their name or most of it, accents or none. `reference` is the same under its older name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: Annotated[Text120 | None, Field(examples=["(415) 555-0134"])] = None
    reference: Annotated[Text60 | None, Field(examples=["MH-7K2Q9FA"])] = None

    @model_validator(mode="after")
    def check_one(self) -> Self:
        if (self.q is None) is (self.reference is None):
            raise ValueError("needs exactly one of q and reference")
        return self

    @property
    def said(self) -> str:
        return self.q or self.reference or ""


class FoundBookingOut(BaseModel):
    """A booking that a caller may mean, and whose it is."""

    id: UUID
    reference: str
    status: BookingStatus
    organization: ReviewedCompanyOut
    starts_at: datetime
    ends_at: datetime
    customer: str
    origin: str
    destination: str


class FoundBookingsOut(BaseModel):
    items: list[FoundBookingOut]
