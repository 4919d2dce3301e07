"""What other modules may ask about a company's papers, and what staff do with its requests."""

from __future__ import annotations

from app.modules.verification.errors import (
    CaseAlreadyDecided,
    CaseNotFound,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    VerificationIncomplete,
)
from app.modules.verification.service import review, suspension
from app.modules.verification.service.documents import enforce_packs, list_enforced_packs
from app.modules.verification.service.eligibility import find_eligible, find_lapse
from app.modules.verification.values import Case, CaseStatus, Days, Lapse, Need, PackCode, Suspension, Trip

__all__ = [
    "Case",
    "CaseAlreadyDecided",
    "CaseNotFound",
    "CaseStatus",
    "CompanyNotSuspended",
    "CompanyNotVerified",
    "CompanySuspended",
    "Days",
    "Lapse",
    "Need",
    "PackCode",
    "Suspension",
    "Trip",
    "VerificationIncomplete",
    "approve_case",
    "enforce_packs",
    "find_eligible",
    "find_lapse",
    "list_cases",
    "list_enforced_packs",
    "reinstate_company",
    "reject_case",
    "suspend_company",
]

approve_case = review.approve_case
list_cases = review.list_cases
reject_case = review.reject_case
suspend_company = suspension.suspend_company
reinstate_company = suspension.reinstate_company
