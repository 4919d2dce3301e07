from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, NotFound, Unprocessable


class PolicyTaken(Conflict):
    code: ClassVar[str] = "policy_taken"
    title: ClassVar[str] = "Your company has a policy with this number already."
    constraints: ClassVar[tuple[str, ...]] = ("uq_insurance_policies_org_id_policy_number",)


class PolicyNotFound(NotFound):
    code: ClassVar[str] = "policy_not_found"
    title: ClassVar[str] = "There is no such insurance policy."


class DocumentNotFound(NotFound):
    code: ClassVar[str] = "document_not_found"
    title: ClassVar[str] = "There is no such document."


class TruckOfDocumentNotFound(NotFound):
    code: ClassVar[str] = "document_truck_not_found"
    title: ClassVar[str] = "Your company has no such truck that could have a document."
    constraints: ClassVar[tuple[str, ...]] = ("fk_company_documents_org_id_truck_id",)


class PaperNotFound(NotFound):
    code: ClassVar[str] = "paper_not_found"
    title: ClassVar[str] = "The company has no such policy or document."


class PaperNotWaiting(Conflict):
    code: ClassVar[str] = "paper_not_waiting"
    title: ClassVar[str] = "This paper waits for nobody: somebody has looked at it, or the company has withdrawn it."


class UsdotNumberUnconfirmed(Conflict):
    code: ClassVar[str] = "usdot_number_unconfirmed"
    title: ClassVar[str] = "This law asks for a U.S. DOT number: tell yours, and declare the law when it is confirmed."


class VerificationIncomplete(Conflict):
    """`missing` lists what is lacking, as codes with a sentence each."""

    code: ClassVar[str] = "verification_incomplete"
    title: ClassVar[str] = "Something is still missing before the company can be verified."


class CaseAlreadyOpen(Conflict):
    code: ClassVar[str] = "case_already_open"
    title: ClassVar[str] = "Your request to be verified is being looked at already."
    constraints: ClassVar[tuple[str, ...]] = ("uq_verification_cases_org_id_open",)


class AlreadyVerified(Conflict):
    code: ClassVar[str] = "already_verified"
    title: ClassVar[str] = "The company is verified already."


class CompanySuspended(Conflict):
    code: ClassVar[str] = "company_suspended"
    title: ClassVar[str] = "The company is suspended; only staff can reinstate it."
    constraints: ClassVar[tuple[str, ...]] = ("uq_company_suspensions_org_id_open",)


class CompanyNotVerified(Conflict):
    code: ClassVar[str] = "company_not_verified"
    title: ClassVar[str] = "Only a verified company can be suspended."


class CompanyNotSuspended(Conflict):
    code: ClassVar[str] = "company_not_suspended"
    title: ClassVar[str] = "The company is not suspended."


class CaseNotFound(NotFound):
    code: ClassVar[str] = "case_not_found"
    title: ClassVar[str] = "There is no such verification case."


class SuspensionNotFound(NotFound):
    code: ClassVar[str] = "suspension_not_found"
    title: ClassVar[str] = "There is no such suspension."


class CaseAlreadyDecided(Conflict):
    code: ClassVar[str] = "case_already_decided"
    title: ClassVar[str] = "Somebody has decided this case already."


class CaseClaimed(Conflict):
    """`claimed_until` tells when it is anybody's again."""

    code: ClassVar[str] = "case_claimed"
    title: ClassVar[str] = "Another reviewer has this case."


class CaseNotClaimed(Conflict):
    code: ClassVar[str] = "case_not_claimed"
    title: ClassVar[str] = "You do not have this case, and so cannot give it back."


class SecondReviewerNeeded(Conflict):
    code: ClassVar[str] = "second_reviewer_needed"
    title: ClassVar[str] = "You have approved this case; another reviewer must approve it too."


class FindingRefused(Unprocessable):
    code: ClassVar[str] = "finding_refused"
    title: ClassVar[str] = "A reason names a truck that it cannot be about."
