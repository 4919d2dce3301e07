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
