from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from app.kernel.events import Event


class VerificationDecided(Event):
    """Staff approved or rejected a company's request to be verified."""

    name: ClassVar[str] = "verification.decided"

    org_id: UUID
    case_id: UUID
    approved: bool


class CompanyWasSuspended(Event):
    """Staff took a verified company out of the market."""

    name: ClassVar[str] = "company.suspended"

    org_id: UUID
    suspension_id: UUID


class CompanyWasReinstated(Event):
    """Staff let a suspended company back into the market."""

    name: ClassVar[str] = "company.reinstated"

    org_id: UUID
    suspension_id: UUID


class PapersChanged(Event):
    """A company has shown a paper, or declared other laws."""

    name: ClassVar[str] = "papers.changed"

    org_id: UUID


class PaperWithdrawn(Event):
    """A company's policy or document counts no more: cancelled, or told wrongly."""

    name: ClassVar[str] = "papers.withdrawn"

    org_id: UUID
    paper_id: UUID


class PaperReviewed(Event):
    """Staff confirmed or refused a paper of a company that has asked to be verified."""

    name: ClassVar[str] = "papers.reviewed"

    org_id: UUID
    paper_id: UUID


class UsdotNumberReviewed(Event):
    """Staff confirmed or refused the U.S. DOT number that a company told after it had asked to be verified."""

    name: ClassVar[str] = "company.usdot_number_reviewed"

    org_id: UUID


class PapersNoticed(Event):
    """Papers of a company end soon, today, or have ended, or one was withdrawn: what one look found."""

    name: ClassVar[str] = "papers.noticed"

    org_id: UUID
    sweep_id: UUID


class PapersLapsed(Event):
    """A paper that carried something has ended and is not renewed."""

    name: ClassVar[str] = "papers.lapsed"

    org_id: UUID
    lapse_id: UUID


class LapseNamed(Event):
    """It is written down which bookings a lapse touches."""

    name: ClassVar[str] = "papers.lapse_named"

    org_id: UUID
    lapse_id: UUID
