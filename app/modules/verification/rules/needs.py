"""Whether what a company has shown meets what is asked of it, on every day of a time. All pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.modules.verification.values import (
    Cover,
    Days,
    DocumentKind,
    InsuranceKind,
    Need,
    PolicyShown,
    Requirement,
    Shown,
)

ONE_DAY: Final = timedelta(days=1)
INSURANCES: Final = {
    Need.LIABILITY: InsuranceKind.LIABILITY,
    Need.CARGO: InsuranceKind.CARGO,
    Need.WORKERS_COMP: InsuranceKind.WORKERS_COMP,
}
OF_THE_COMPANY: Final = {
    Need.MC_NUMBER: DocumentKind.MC_NUMBER,
    Need.STATE_PERMIT: DocumentKind.STATE_PERMIT,
    Need.PROCESS_AGENT: DocumentKind.PROCESS_AGENT,
    Need.BUSINESS_LICENCE: DocumentKind.BUSINESS_LICENCE,
    Need.TAX_ID: DocumentKind.TAX_ID,
}
OF_EACH_TRUCK: Final = {
    Need.TRUCK_REGISTRATION: DocumentKind.TRUCK_REGISTRATION,
    Need.TRUCK_INSPECTION: DocumentKind.TRUCK_INSPECTION,
}
NUMBERS: Final = {
    DocumentKind.MC_NUMBER: re.compile(r"(MC|FF|MX)-\d{4,8}", re.ASCII),
    DocumentKind.STATE_PERMIT: re.compile(r"[A-Z]{2,4}-[A-Z0-9]{3,12}", re.ASCII),
    DocumentKind.TAX_ID: re.compile(r"\d{2}-\d{7}", re.ASCII),
}
# The first two digits of every number that the IRS has assigned: "How EINs are assigned and valid EIN prefixes",
# irs.gov/businesses/small-businesses-self-employed. What it has not, staff need not look at.
EIN_PREFIXES: Final = frozenset(
    f"{prefix:02}"
    for first, last in ((1, 6), (10, 16), (20, 27), (30, 48), (50, 68), (71, 77), (80, 88), (90, 95), (98, 99))
    for prefix in range(first, last + 1)
)
NO_SERIAL: Final = "0000000"
EXAMPLES: Final = {
    DocumentKind.MC_NUMBER: "MC-123456",
    DocumentKind.STATE_PERMIT: "CAL-T0191234 or THG-068123",
    DocumentKind.TAX_ID: "12-3456789",
}


def covers(policies: Iterable[Cover], days: Days) -> bool:
    """Whether on every day of `days` at least one of them is in force."""
    known = tuple(policies)
    # Mostly one does for all days, so the others need no order.
    if any(one.effective_on <= days.first and one.expires_on >= days.last for one in known):
        return True
    uncovered = days.first
    for policy in sorted(known, key=lambda one: one.effective_on):
        if policy.effective_on > uncovered:
            break
        uncovered = max(uncovered, policy.expires_on + ONE_DAY)
    return uncovered > days.last


def coverage_of(policies: Iterable[PolicyShown], kind: InsuranceKind, days: Days) -> Decimal | None:
    """The highest limit of that kind that is in force on every day of `days`, by one policy or those that follow it."""
    mine = [one for one in policies if one.kind is kind]
    limits = sorted({one.limit for one in mine}, reverse=True)
    return next((limit for limit in limits if covers((one.cover for one in mine if one.limit >= limit), days)), None)


def unmet(
    asked: Mapping[Need, Requirement], shown: Shown, trucks: Collection[UUID], days: Days
) -> list[tuple[Need, UUID | None]]:
    """What of `asked` is not shown for every day of `days`; of trucks, which."""
    lacking: list[tuple[Need, UUID | None]] = []
    for need, requirement in asked.items():
        if need in OF_EACH_TRUCK:
            kind = OF_EACH_TRUCK[need]
            without = [one for one in trucks if not covers(shown.documents.get((kind, one), ()), days)]
            lacking += [(need, truck_id) for truck_id in without]
        elif not _is_met(need, requirement.minimum or Decimal(0), shown, days):
            lacking.append((need, None))
    return lacking


def outlived(
    asked: Mapping[Need, Requirement], shown: Shown, trucks: Collection[UUID], days: Days
) -> list[tuple[Need, UUID | None]]:
    """As `unmet`, but of the company's own papers only those of which something is shown: what was never shown has
    no end.
    """
    lacking = unmet(asked, shown, trucks, days)
    return [one for one in lacking if one[1] is not None or any(_shown_of(one[0], shown))]


def _shown_of(need: Need, shown: Shown) -> Iterable[object]:
    if need in OF_THE_COMPANY:
        return shown.documents.get((OF_THE_COMPANY[need], None), ())
    return (one for one in shown.policies if need is Need.INSURANCE or one.kind is INSURANCES.get(need))


def papered_trucks(asked: Collection[Need], shown: Shown, days: Days) -> set[UUID]:
    """The trucks that show all that is asked of a truck, on every day of `days`."""
    kinds = [kind for need, kind in OF_EACH_TRUCK.items() if need in asked]
    return {
        truck_id
        for _, truck_id in shown.documents
        if truck_id is not None and all(covers(shown.documents.get((kind, truck_id), ()), days) for kind in kinds)
    }


def asks_of_trucks(asked: Collection[Need]) -> bool:
    return not OF_EACH_TRUCK.keys().isdisjoint(asked)


def _is_met(need: Need, minimum: Decimal, shown: Shown, days: Days) -> bool:
    if need is Need.USDOT_NUMBER:
        return shown.has_usdot_number
    if need in OF_THE_COMPANY:
        return covers(shown.documents.get((OF_THE_COMPANY[need], None), ()), days)
    policies = (
        policy.cover
        for policy in shown.policies
        if need is Need.INSURANCE or (policy.kind is INSURANCES[need] and policy.limit >= minimum)
    )
    return covers(policies, days)


def fault_of_number(kind: DocumentKind, number: str | None) -> str | None:
    """What is wrong with a document's number, with one that is right."""
    pattern = NUMBERS.get(kind)
    if pattern is not None and (number is None or not pattern.fullmatch(number)):
        return f"must be the number as it is printed, such as {EXAMPLES[kind]}"
    if kind is DocumentKind.TAX_ID and not _is_assigned(number or ""):
        return "must be a number that the IRS has assigned: none begins so, or is all zeros behind the hyphen"
    return None


def _is_assigned(ein: str) -> bool:
    prefix, _, serial = ein.partition("-")
    return prefix in EIN_PREFIXES and serial != NO_SERIAL
