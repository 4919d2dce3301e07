"""What the law asks of a company that moves households, by where the job lies. Figures are dated and name their source.

A pack is data: a new jurisdiction, or a figure that changes, is a change of this table and of nothing else. A new
figure stands beside the old one, with the first day it holds: each job is held to what is in force on its days.
Where no pack is shipped, `generic` holds, which promises nothing but an insurance policy in force.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from app.modules.orgs.values import OrgStatus
from app.modules.verification.errors import UsdotNumberUnconfirmed
from app.modules.verification.rules.looks import first_review
from app.modules.verification.values import (
    LAST_DAY,
    Days,
    Need,
    Pack,
    PackCode,
    Requirement,
    Review,
    Rise,
    Trip,
    WaitingPaper,
)

ONE_DAY: Final = timedelta(days=1)
LOOKED_AHEAD: Final = timedelta(days=32)
LOOKED_BACK: Final = timedelta(days=60)
FMCSA: Final = "Federal Motor Carrier Safety Administration"
BHGS: Final = "California Bureau of Household Goods and Services"
UTC: Final = "Washington Utilities and Transportation Commission"
ICC_TERMINATION_ACT: Final = date(1996, 1, 1)
HOUSEHOLD_MOVERS_ACT: Final = date(2018, 7, 1)
ORDER_R_573: Final = date(2013, 12, 16)

# Whoever is paid for moves has a number that its earnings are told under; generic asks none, for it is of no country.
EMPLOYER_NUMBER: Final = Requirement(
    Need.TAX_ID, "Internal Revenue Service", "26 U.S.C. 6109(a); 26 CFR 301.6109-1: employer identification number"
)

PACKS: Final = {
    pack.code: pack
    for pack in (
        Pack(
            PackCode.US_INTERSTATE,
            "Moves across a state line",
            (
                Requirement(Need.USDOT_NUMBER, FMCSA, "49 CFR 390.19"),
                Requirement(Need.MC_NUMBER, FMCSA, "49 U.S.C. 13902", ICC_TERMINATION_ACT),
                Requirement(Need.PROCESS_AGENT, FMCSA, "49 U.S.C. 13304; form BOC-3", ICC_TERMINATION_ACT),
                Requirement(
                    Need.LIABILITY,
                    FMCSA,
                    "49 CFR 387.9, table 1 (1): vehicles of 10,001 lb or more",
                    date(1985, 1, 1),
                    Decimal(750_000),
                ),
                # $5,000 a vehicle and $10,000 an occurrence: a policy tells one limit, the occurrence's.
                Requirement(Need.CARGO, FMCSA, "49 CFR 387.303(c); 75 FR 35318", date(2011, 3, 21), Decimal(10_000)),
                Requirement(Need.TRUCK_INSPECTION, FMCSA, "49 CFR 396.17: each vehicle, every twelve months"),
                Requirement(Need.TRUCK_REGISTRATION, "the state where the truck is registered", "its vehicle code"),
                EMPLOYER_NUMBER,
            ),
        ),
        Pack(
            PackCode.US_CA,
            "Moves within California",
            (
                Requirement(
                    Need.STATE_PERMIT,
                    BHGS,
                    "Household Movers Act, Business and Professions Code 19225 ff.",
                    HOUSEHOLD_MOVERS_ACT,
                ),
                # Or 250,000 / 500,000 / 100,000 for one person, several, and property.
                Requirement(
                    Need.LIABILITY,
                    BHGS,
                    "Business and Professions Code 19248(a)(4), combined single limit",
                    HOUSEHOLD_MOVERS_ACT,
                    Decimal(600_000),
                ),
                Requirement(
                    Need.CARGO,
                    BHGS,
                    "General Order 136 series: each shipment; kept by the Household Movers Act",
                    HOUSEHOLD_MOVERS_ACT,
                    Decimal(20_000),
                ),
                Requirement(Need.WORKERS_COMP, "California Department of Industrial Relations", "Labor Code 3700"),
                Requirement(Need.TRUCK_REGISTRATION, "California Department of Motor Vehicles", "Vehicle Code 4000"),
                # A business licence is a city's there, and no law of the state asks for one.
                EMPLOYER_NUMBER,
            ),
        ),
        Pack(
            PackCode.US_WA,
            "Moves within Washington",
            (
                Requirement(Need.STATE_PERMIT, UTC, "RCW 81.80.075; WAC 480-15"),
                # 300,000 is enough for a fleet of vehicles of 10,000 lb or less.
                Requirement(
                    Need.LIABILITY,
                    UTC,
                    "WAC 480-15-530(2)(b): vehicles of 10,001 lb or more",
                    ORDER_R_573,
                    Decimal(750_000),
                ),
                # 10,000 is enough below 10,000 lb.
                Requirement(
                    Need.CARGO,
                    UTC,
                    "WAC 480-15-550(2)(b): vehicles of 10,000 lb or more",
                    ORDER_R_573,
                    Decimal(20_000),
                ),
                Requirement(Need.TRUCK_REGISTRATION, "Washington State Department of Licensing", "RCW 46.16A.030"),
                Requirement(
                    Need.BUSINESS_LICENCE,
                    "Washington State Department of Revenue",
                    "RCW 82.32.030; WAC 458-20-101: registration with the state's business license",
                ),
                EMPLOYER_NUMBER,
            ),
        ),
        Pack(PackCode.GENERIC, "Anywhere else", (Requirement(Need.INSURANCE, "MoveHub", "the rules of the market"),)),
    )
}
UNITED_STATES: Final = "US"
STATES: Final = {"CA": PackCode.US_CA, "WA": PackCode.US_WA}


def pack_for(trip: Trip) -> PackCode:
    """Whose law a job is under. A move through another state and back counts as within its own (moving.md 4.1)."""
    if {trip.origin_country, trip.destination_country} != {UNITED_STATES}:
        return PackCode.GENERIC
    if trip.origin_state != trip.destination_state:
        return PackCode.US_INTERSTATE
    return STATES.get(trip.origin_state, PackCode.GENERIC)


def _in_force(pack: Pack, days: Days) -> Iterator[Requirement]:
    """Each figure that holds on one of the days: from its first day until another of the same need takes its place."""
    for one in pack.requirements:
        since = _since(one)
        if since > days.last:
            continue
        later = (_since(other) for other in pack.requirements if other.need is one.need)
        if not any(since < other <= days.first for other in later):
            yield one


@dataclass(frozen=True, slots=True)
class Figure:
    """What a law asks for of a need in a time; both days included."""

    first: date
    last: date
    minimum: Decimal


def figures_of(code: PackCode, need: Need) -> list[Figure]:
    """What a law asks of a need, from its first figure to the last that is known."""
    asked = sorted((one for one in PACKS[code].requirements if one.need is need), key=_since)
    ends = [*(_since(later) - ONE_DAY for later in asked[1:]), LAST_DAY]
    return [Figure(_since(one), last, one.minimum or Decimal(0)) for one, last in zip(asked, ends, strict=True)]


def rises(around: date) -> list[Rise]:
    """The figures that take the place of lesser ones soon, or have lately: as far as their notices reach, and as a
    worker may be down.
    """
    found = []
    for code, pack in PACKS.items():
        for need in dict.fromkeys(one.need for one in pack.requirements):
            for before, figure in pairwise(figures_of(code, need)):
                rise = Rise(code, need, figure.first, before.minimum, figure.minimum)
                if figure.minimum > before.minimum and around - LOOKED_BACK <= rise.begins_on <= around + LOOKED_AHEAD:
                    found.append(rise)
    return found


def _since(requirement: Requirement) -> date:
    return requirement.in_force_from or date.min


def check_declared(packs: Collection[PackCode], status: OrgStatus, usdot_number: str | None) -> None:
    """Whoever has asked to be verified without a U.S. DOT number declares no law that asks for one: staff look at a
    company's request for all of it, and at what is shown since; a number is shown by being confirmed.

    Raises: UsdotNumberUnconfirmed (409).
    """
    asks = any(one.need is Need.USDOT_NUMBER for code in packs for one in PACKS[code].requirements)
    if asks and usdot_number is None and first_review(status) is Review.WAITING:
        raise UsdotNumberUnconfirmed


def licence_of(pack: PackCode) -> Need:
    """By what a company is known to have none of a pack's papers: its licence for moves of that kind."""
    return Need.MC_NUMBER if pack is PackCode.US_INTERSTATE else Need.STATE_PERMIT


def minimum_asked(paper: WaitingPaper, packs: Collection[PackCode]) -> Requirement | None:
    """The dearest figure that these laws ask of such a policy on any of its days; None: none of them names one."""
    if paper.limit is None:
        return None
    asked = requirements_of(packs, Days(paper.effective_on, paper.expires_on or LAST_DAY)).get(paper.kind)
    return asked if asked is not None and asked.minimum is not None else None


def requirements_of(packs: Collection[PackCode], days: Days) -> dict[Need, Requirement]:
    """What several packs ask together on these days: of each need the dearest figure; `generic` where there is no
    other.
    """
    asked: dict[Need, Requirement] = {}
    for code in sorted(packs) or [PackCode.GENERIC]:
        for requirement in _in_force(PACKS[code], days):
            known = asked.get(requirement.need)
            if known is None or (requirement.minimum or 0) > (known.minimum or 0):
                asked[requirement.need] = requirement
    if len(asked) > 1:
        asked.pop(Need.INSURANCE, None)
    return asked
