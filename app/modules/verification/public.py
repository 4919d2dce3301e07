"""What other modules may ask about a company's papers, and what staff do with its requests."""

from __future__ import annotations

from app.modules.verification import repository, rules
from app.modules.verification.errors import (
    CaseAlreadyDecided,
    CaseClaimed,
    CaseNotClaimed,
    CaseNotFound,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    FindingRefused,
    PaperNotFound,
    PaperNotWaiting,
    SecondReviewerNeeded,
    VerificationIncomplete,
)
from app.modules.verification.repository import Paper
from app.modules.verification.schemas import (
    CaseOut,
    DocumentOut,
    FindingOut,
    LapseOut,
    MissingOut,
    PolicyOut,
    SuspensionOut,
)
from app.modules.verification.service import desk, review, suspension
from app.modules.verification.service.desk import CaseFile
from app.modules.verification.service.documents import enforce_packs, list_enforced_packs
from app.modules.verification.service.eligibility import (
    find_eligible,
    find_eligible_on,
    find_lapse,
    find_truck_lapses,
    lapses_within,
)
from app.modules.verification.service.lapses import name_bookings, show_lapse
from app.modules.verification.service.letters import list_noticed, notices_letter
from app.modules.verification.service.looks import (
    confirm_paper,
    confirm_usdot_number,
    list_waiting_papers,
    refuse_paper,
    refuse_usdot_number,
)
from app.modules.verification.service.papers import paper_out, show_papers
from app.modules.verification.service.standing import Standing, show_standing
from app.modules.verification.values import (
    Case,
    CaseFilter,
    CaseStatus,
    Claimed,
    Days,
    Eligible,
    EligibleOn,
    Finding,
    InsuranceKind,
    Lapse,
    Need,
    Note,
    Outing,
    PackCode,
    PapersEnd,
    Step,
    Suspension,
    TakenStep,
    TouchedBooking,
    Trip,
    Verdict,
)

__all__ = [
    "OPEN_CASES",
    "Case",
    "CaseAlreadyDecided",
    "CaseClaimed",
    "CaseFile",
    "CaseFilter",
    "CaseNotClaimed",
    "CaseNotFound",
    "CaseOut",
    "CaseStatus",
    "Claimed",
    "CompanyNotSuspended",
    "CompanyNotVerified",
    "CompanySuspended",
    "Days",
    "DocumentOut",
    "Eligible",
    "EligibleOn",
    "Finding",
    "FindingOut",
    "FindingRefused",
    "InsuranceKind",
    "Lapse",
    "LapseOut",
    "MissingOut",
    "Need",
    "Note",
    "Outing",
    "PackCode",
    "Paper",
    "PaperNotFound",
    "PaperNotWaiting",
    "PapersEnd",
    "PolicyOut",
    "SecondReviewerNeeded",
    "Standing",
    "Step",
    "Suspension",
    "SuspensionOut",
    "TakenStep",
    "TouchedBooking",
    "Trip",
    "Verdict",
    "VerificationIncomplete",
    "approve_case",
    "claim_case",
    "confirm_paper",
    "confirm_usdot_number",
    "enforce_packs",
    "find_eligible",
    "find_eligible_on",
    "find_lapse",
    "find_truck_lapses",
    "give_back_case",
    "is_paper",
    "is_touched",
    "lapses_within",
    "licence_numbers",
    "list_cases",
    "list_enforced_packs",
    "list_noticed",
    "list_waiting_papers",
    "name_bookings",
    "notices_letter",
    "open_case",
    "orgs_of_number",
    "paper_out",
    "refuse_paper",
    "refuse_usdot_number",
    "reinstate_company",
    "reject_case",
    "show_lapse",
    "show_papers",
    "show_standing",
    "standing_claim",
    "suspend_company",
    "write_note",
]

# A case that somebody still has to decide.
OPEN_CASES = tuple(sorted(rules.OPEN))

orgs_of_number = repository.list_orgs_of_number
is_paper = repository.is_paper
licence_numbers = repository.list_licence_numbers
is_touched = rules.is_touched
standing_claim = rules.standing_claim
approve_case = review.approve_case
claim_case = review.claim_case
give_back_case = review.give_back_case
list_cases = desk.list_cases
open_case = desk.open_case
write_note = desk.write_note
reject_case = review.reject_case
suspend_company = suspension.suspend_company
reinstate_company = suspension.reinstate_company
