"""From where a company may go where, and who may take a case there. All pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.kernel.errors import Conflict
from app.modules.orgs.values import OrgStatus
from app.modules.verification.errors import (
    AlreadyVerified,
    CaseAlreadyDecided,
    CaseAlreadyOpen,
    CaseClaimed,
    CaseNotClaimed,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    SecondReviewerNeeded,
)
from app.modules.verification.values import CaseStatus, Claim


class Act(StrEnum):
    SUBMIT = "submit"
    CLAIM = "claim"
    GIVE_BACK = "give_back"
    APPROVE = "approve"
    REJECT = "reject"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"


_REVIEW: Final = {
    Act.CLAIM: OrgStatus.IN_REVIEW,
    Act.GIVE_BACK: OrgStatus.SUBMITTED,
    Act.APPROVE: OrgStatus.VERIFIED,
    Act.REJECT: OrgStatus.REJECTED,
}
# What is not here is refused.
STEPS: Final[Mapping[OrgStatus, Mapping[Act, OrgStatus]]] = MappingProxyType(
    {
        OrgStatus.DRAFT: {Act.SUBMIT: OrgStatus.SUBMITTED},
        OrgStatus.SUBMITTED: _REVIEW,
        OrgStatus.IN_REVIEW: _REVIEW,
        OrgStatus.REJECTED: {Act.SUBMIT: OrgStatus.SUBMITTED},
        OrgStatus.VERIFIED: {Act.SUSPEND: OrgStatus.SUSPENDED},
        OrgStatus.SUSPENDED: {Act.REINSTATE: OrgStatus.VERIFIED},
    }
)
OPEN: Final = frozenset({CaseStatus.SUBMITTED, CaseStatus.IN_REVIEW})


def next_status(status: OrgStatus, act: Act) -> OrgStatus:
    """Where the company goes.

    Raises: CaseAlreadyOpen (409), AlreadyVerified (409), CompanySuspended (409), CompanyNotVerified (409),
    CompanyNotSuspended (409), CaseAlreadyDecided (409).
    """
    follows = STEPS[status].get(act)
    if follows is None:
        raise _refusal(status, act)
    return follows


def _refusal(status: OrgStatus, act: Act) -> Conflict:
    match act, status:
        case Act.SUBMIT, OrgStatus.VERIFIED:
            return AlreadyVerified()
        case ((Act.SUBMIT | Act.SUSPEND), OrgStatus.SUSPENDED):
            return CompanySuspended()
        case Act.SUBMIT, _:
            return CaseAlreadyOpen()
        case Act.SUSPEND, _:
            return CompanyNotVerified(f"Only a verified company can be suspended: this one is {status}.")
        case Act.REINSTATE, _:
            return CompanyNotSuspended(f"The company is not suspended: it is {status}.")
        case _:
            return CaseAlreadyDecided()


def check_open(status: CaseStatus) -> None:
    """Raises: CaseAlreadyDecided (409)."""
    if status not in OPEN:
        raise CaseAlreadyDecided(f"Somebody has decided this case already: it is {status}.")


def standing_claim(claim: Claim | None, now: datetime) -> Claim | None:
    """The claim while it lasts; one whose time is over is nobody's."""
    return claim if claim is not None and claim.until > now else None


def check_free_for(reviewer: UUID, claim: Claim | None, now: datetime) -> None:
    """A case that another holds is theirs until they give it back or their time is over. Raises: CaseClaimed (409)."""
    standing = standing_claim(claim, now)
    if standing is not None and standing.user_id != reviewer:
        raise CaseClaimed(claimed_until=standing.until.isoformat())


def check_held_by(reviewer: UUID, claim: Claim | None, now: datetime) -> None:
    """Raises: CaseNotClaimed (409)."""
    standing = standing_claim(claim, now)
    if standing is None or standing.user_id != reviewer:
        raise CaseNotClaimed


def is_enough(reviewer: UUID, first_approved_by: UUID | None, *, four_eyes: bool) -> bool:
    """Whether this approval verifies the company; False: it is the first of two.

    Raises: SecondReviewerNeeded (409) where the same reviewer approves twice.
    """
    if not four_eyes:
        return True
    if first_approved_by == reviewer:
        raise SecondReviewerNeeded
    return first_approved_by is not None
