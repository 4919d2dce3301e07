"""What a company needs to be verified, and which step may follow which. All pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

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
from app.modules.verification.values import CaseStatus, Missing, Need, Requirement


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a company has on the day it is asked, by the clock of its office; `unmet` names what its packs lack."""

    trucks: Mapping[UUID, str]
    drivers: int
    has_prices: bool
    asked: Mapping[Need, Requirement]
    unmet: Sequence[tuple[Need, UUID | None]]


SENTENCES: Final = {
    Need.TRUCK: "Add a truck: POST /v1/trucks.",
    Need.DRIVER: "Add a driver with a valid licence: POST /v1/drivers.",
    Need.PRICING: "Add a price list: POST /v1/pricing-configs.",
    Need.INSURANCE: "Add an insurance policy that is in force today: POST /v1/org/insurance-policies.",
    Need.LIABILITY: "Add a liability policy that is in force today: POST /v1/org/insurance-policies.",
    Need.CARGO: "Add a cargo policy that is in force today: POST /v1/org/insurance-policies.",
    Need.WORKERS_COMP: "Add a workers' compensation policy that is in force today: POST /v1/org/insurance-policies.",
    Need.USDOT_NUMBER: "Add your U.S. DOT number: PATCH /v1/org.",
    Need.MC_NUMBER: "Add your MC number: POST /v1/org/documents.",
    Need.STATE_PERMIT: "Add your state's permit for household goods: POST /v1/org/documents.",
    Need.PROCESS_AGENT: "Add the designation of your process agents (BOC-3): POST /v1/org/documents.",
    Need.BUSINESS_LICENCE: "Add your business licence: POST /v1/org/documents.",
    Need.TAX_ID: "Add your tax id: POST /v1/org/documents.",
    Need.TRUCK_REGISTRATION: "Add the registration that is valid today: POST /v1/org/documents.",
    Need.TRUCK_INSPECTION: "Add the inspection that is valid today: POST /v1/org/documents.",
}


def missing(readiness: Readiness) -> list[Missing]:
    lacking = []
    if not readiness.trucks:
        lacking.append(Missing(Need.TRUCK, SENTENCES[Need.TRUCK]))
    if not readiness.drivers:
        lacking.append(Missing(Need.DRIVER, SENTENCES[Need.DRIVER]))
    lacking += [_missing(readiness, need, truck_id) for need, truck_id in readiness.unmet]
    if not readiness.has_prices:
        lacking.append(Missing(Need.PRICING, SENTENCES[Need.PRICING]))
    return lacking


def _missing(readiness: Readiness, need: Need, truck_id: UUID | None) -> Missing:
    requirement = readiness.asked[need]
    message = SENTENCES[need]
    if requirement.minimum is not None:
        message += f" Its limit must be at least ${requirement.minimum:,}."
    if truck_id is not None:
        message = f"{readiness.trucks[truck_id]}: {message}"
    return Missing(need, message, truck_id, requirement.authority, requirement.source)


def check_complete(lacking: list[Missing]) -> None:
    """Raises: VerificationIncomplete (409) with the list."""
    if lacking:
        raise VerificationIncomplete(missing=[_told(one) for one in lacking])


def _told(one: Missing) -> dict[str, str | None]:
    return {name: None if value is None else str(value) for name, value in asdict(one).items()}


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
