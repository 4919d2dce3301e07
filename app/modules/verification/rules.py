"""What a company needs to be verified, and which step may follow which. All pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Final

from app.modules.orgs.values import OrgStatus
from app.modules.verification.errors import (
    AlreadyVerified,
    CaseAlreadyDecided,
    CaseAlreadyOpen,
    CompanyNotSuspended,
    CompanyNotVerified,
    CompanySuspended,
    VerificationIncomplete,
)
from app.modules.verification.values import CaseStatus, Cover, Missing, MissingCode

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a company has on the day it is asked, by the clock of its office."""

    trucks: int
    drivers: int
    is_insured: bool
    has_prices: bool


# Which kinds of insurance, and how much of each, depends on the jurisdiction; until those packs exist any kind does.
SENTENCES: Final = {
    MissingCode.TRUCK: "Add a truck: POST /v1/trucks.",
    MissingCode.DRIVER: "Add a driver with a valid licence: POST /v1/drivers.",
    MissingCode.INSURANCE: "Add an insurance policy that is in force today: POST /v1/org/insurance-policies.",
    MissingCode.PRICING: "Add a price list: POST /v1/pricing-configs.",
}


def missing(readiness: Readiness) -> list[Missing]:
    has = {
        MissingCode.TRUCK: readiness.trucks > 0,
        MissingCode.DRIVER: readiness.drivers > 0,
        MissingCode.INSURANCE: readiness.is_insured,
        MissingCode.PRICING: readiness.has_prices,
    }
    return [Missing(code, SENTENCES[code]) for code, is_there in has.items() if not is_there]


def check_complete(lacking: list[Missing]) -> None:
    """Raises: VerificationIncomplete (409) with the list."""
    if lacking:
        raise VerificationIncomplete(missing=[asdict(one) for one in lacking])


def check_may_submit(status: OrgStatus) -> None:
    """A draft may ask, and who was rejected may ask again.

    Raises: CaseAlreadyOpen (409), AlreadyVerified (409), CompanySuspended (409).
    """
    match status:
        case OrgStatus.SUBMITTED:
            raise CaseAlreadyOpen
        case OrgStatus.VERIFIED:
            raise AlreadyVerified
        case OrgStatus.SUSPENDED:
            raise CompanySuspended


def check_may_decide(status: CaseStatus) -> None:
    """Raises: CaseAlreadyDecided (409)."""
    if status is not CaseStatus.SUBMITTED:
        raise CaseAlreadyDecided(f"Somebody has decided this case already: it is {status}.")


def check_may_suspend(status: OrgStatus) -> None:
    """Raises: CompanySuspended (409), CompanyNotVerified (409)."""
    if status is OrgStatus.SUSPENDED:
        raise CompanySuspended
    if status is not OrgStatus.VERIFIED:
        raise CompanyNotVerified(f"Only a verified company can be suspended: this one is {status}.")


def check_may_reinstate(status: OrgStatus) -> None:
    """Raises: CompanyNotSuspended (409)."""
    if status is not OrgStatus.SUSPENDED:
        raise CompanyNotSuspended(f"The company is not suspended: it is {status}.")


def covers(policies: Iterable[Cover], first: date, last: date) -> bool:
    """Whether on every day from `first` to `last`, both included, at least one policy is in force."""
    uncovered = first
    for policy in sorted(policies, key=lambda one: one.effective_on):
        if policy.effective_on > uncovered:
            break
        uncovered = max(uncovered, policy.expires_on + ONE_DAY)
    return uncovered > last
