"""What other modules may ask about a company's papers, and what staff do with its requests."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from app.modules.verification.errors import (
    CaseAlreadyDecided,
    CaseNotFound,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    VerificationIncomplete,
)
from app.modules.verification.service import papers, review, suspension
from app.modules.verification.values import Case, CaseStatus, Suspension
from app.runtime.db.session import ReadSession

__all__ = [
    "Case",
    "CaseAlreadyDecided",
    "CaseNotFound",
    "CaseStatus",
    "CompanyNotSuspended",
    "CompanyNotVerified",
    "CompanySuspended",
    "Suspension",
    "VerificationIncomplete",
    "approve_case",
    "insured_orgs",
    "is_insured",
    "list_cases",
    "reinstate_company",
    "reject_case",
    "suspend_company",
]

approve_case = review.approve_case
list_cases = review.list_cases
reject_case = review.reject_case
suspend_company = suspension.suspend_company
reinstate_company = suspension.reinstate_company


async def insured_orgs(session: ReadSession, org_ids: Collection[UUID], first: date, last: date) -> set[UUID]:
    """For the market: who of `org_ids` is insured on every day from `first` to `last`, both included."""
    return await papers.find_insured(session, org_ids, first, last)


async def is_insured(session: ReadSession, org_id: UUID, first: date, last: date) -> bool:
    """Whether the company is insured on every day from `first` to `last`, both included."""
    return org_id in await papers.find_insured(session, [org_id], first, last)
