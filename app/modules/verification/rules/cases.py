"""What a company needs to be verified, and what staff find wrong with it. All pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

from app.kernel.errors import Fault
from app.modules.verification.errors import FindingRefused, VerificationIncomplete
from app.modules.verification.rules.needs import OF_EACH_TRUCK
from app.modules.verification.values import Finding, Missing, Need, Requirement


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a company has on the day it is asked, by the clock of its office; `unmet` names what its packs lack, and
    `undrivable` the trucks that nobody's licence covers.
    """

    trucks: Mapping[UUID, str]
    drivers: int
    has_prices: bool
    asked: Mapping[Need, Requirement]
    unmet: Sequence[tuple[Need, UUID | None]]
    undrivable: Collection[UUID] = ()


SENTENCES: Final = {
    Need.VERIFIED_EMAIL: "Show that your e-mail address is yours: POST /v1/auth/verify-email/request sends the link.",
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
    Need.DRIVER_LICENCE: "Tell the renewed licence of the driver: PATCH /v1/drivers/{driver_id}.",
}


NOBODY_DRIVES: Final = "Add a driver whose class of licence covers it: POST /v1/drivers."
NO_VERIFIED_EMAIL: Final = Missing(Need.VERIFIED_EMAIL, SENTENCES[Need.VERIFIED_EMAIL])


def missing(readiness: Readiness) -> list[Missing]:
    lacking = []
    if not readiness.trucks:
        lacking.append(Missing(Need.TRUCK, SENTENCES[Need.TRUCK]))
    if not readiness.drivers:
        lacking.append(Missing(Need.DRIVER, SENTENCES[Need.DRIVER]))
    else:
        lacking += [
            Missing(Need.DRIVER_LICENCE, f"{readiness.trucks[one]}: {NOBODY_DRIVES}", one)
            for one in sorted(readiness.undrivable)
        ]
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


def check_findings(findings: Sequence[Finding], trucks: Collection[UUID]) -> None:
    """A truck's paper names one of the company's trucks, anything else names none. Raises: FindingRefused (422)."""
    faults = []
    for place, finding in enumerate(findings):
        if (finding.item in OF_EACH_TRUCK) != (finding.truck_id is not None):
            sentence = "Name the truck of a truck's paper, and of nothing else."
        elif finding.truck_id is not None and finding.truck_id not in trucks:
            sentence = "The company has no such truck."
        else:
            continue
        faults.append(Fault(f"/findings/{place}/truck_id", FindingRefused.code, sentence))
    if faults:
        raise FindingRefused(faults=tuple(faults))
