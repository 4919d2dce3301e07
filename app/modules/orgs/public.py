"""What other modules may ask of companies."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.kernel.paging import PageRequest
from app.kernel.places import Place
from app.modules.orgs import repository, rules
from app.modules.orgs.errors import BranchClosed, BranchNotFound, OrgNotFound, UsdotNumberNotWaiting
from app.modules.orgs.models import Organization
from app.modules.orgs.schemas.companies import OrgIn, OrgOut, PromisesOut, UnconfirmedNumberOut, UsdotNumber
from app.modules.orgs.service import branches, usdot_numbers
from app.modules.orgs.service import companies as service
from app.modules.orgs.values import (
    LONGEST_ARRIVAL_WINDOW_MINUTES,
    OrgStatus,
    Promises,
    Refusal,
    Sought,
    Terms,
    ToldNumber,
    Wish,
)
from app.runtime.db.session import DriverRow, ReadSession, WriteSession

__all__ = [
    "LONGEST_ARRIVAL_WINDOW_MINUTES",
    "BranchClosed",
    "BranchNotFound",
    "Company",
    "CompanyOnFile",
    "NearbyCompany",
    "OrgIn",
    "OrgNotFound",
    "OrgOut",
    "OrgStatus",
    "Promises",
    "PromisesOut",
    "Refusal",
    "Sought",
    "Terms",
    "ToldNumber",
    "UnconfirmedNumberOut",
    "UsdotNumber",
    "UsdotNumberNotWaiting",
    "Wish",
    "companies",
    "companies_covering",
    "company",
    "company_for",
    "company_name",
    "company_on_file",
    "company_zone",
    "confirm_usdot_number",
    "create_company",
    "find_companies",
    "find_refusal",
    "latest_call",
    "list_told_numbers",
    "lock_company",
    "lock_counts",
    "name_and_status",
    "open_branches",
    "open_starts",
    "profile",
    "refuse_usdot_number",
    "require_open_branch",
    "set_promises",
    "set_status",
    "told_usdot_number",
]


find_refusal = rules.find_refusal
latest_call = rules.latest_call
open_branches = repository.list_open_branches
open_starts = rules.open_starts
lock_counts = repository.lock_counts
set_promises = repository.update_counts
require_open_branch = branches.require_open
list_told_numbers = usdot_numbers.list_told_numbers
confirm_usdot_number = usdot_numbers.confirm_usdot_number
refuse_usdot_number = usdot_numbers.refuse_usdot_number


@dataclass(frozen=True, slots=True)
class Company:
    id: UUID
    name: str
    phone: str
    timezone: str
    usdot_number: str | None
    status: OrgStatus
    address: Place


@dataclass(frozen=True, slots=True)
class CompanyOnFile:
    """As staff have it: with what it kept of what it promised, and the U.S. DOT number that nobody has confirmed."""

    company: Company
    promises: Promises
    told_usdot_number: ToldNumber | None


@dataclass(frozen=True, slots=True)
class NearbyCompany:
    """A verified company whose area holds a pickup; miles from its office as the crow flies. `reliability`: from 0 to
    1, by what it kept of what it promised.
    """

    id: UUID
    name: str
    rating: Decimal | None
    rating_count: int
    distance_miles: float
    terms: Terms
    reliability: float = 1.0


def _company(org: Organization | DriverRow) -> Company:
    return Company(
        id=org.id,
        name=org.name,
        phone=org.phone,
        timezone=org.timezone,
        usdot_number=org.usdot_number,
        status=OrgStatus(org.status),
        address=Place.model_validate(org.address),
    )


async def create_company(session: WriteSession, org_id: UUID, body: OrgIn, address: Place, now: datetime) -> OrgOut:
    return OrgOut.model_validate(await service.create_org(session, org_id, body, address, now))


async def company(session: ReadSession, org_id: UUID) -> Company:
    """The session's own company, or for staff any. Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return _company(org)


# What other modules' statements may join, where a round trip of its own is one too many.
COMPANIES: Final = repository.COMPANIES


async def company_for(session: ReadSession, org_id: UUID, wish: Wish) -> tuple[Company, Terms]:
    """As `company`, with its terms for the wish. Raises: OrgNotFound (404)."""
    row = await repository.get_org_for(session, org_id, wish)
    if row is None:
        raise OrgNotFound
    return _company(row), Terms(
        timezone=row.timezone,
        lead_time_hours=row.lead_time_hours,
        business_hours=row.business_hours,
        days_off=frozenset(row.days_off),
        reaches_destination=row.reaches_destination,
        arrival_window_minutes=row.arrival_window_minutes,
    )


async def lock_company(session: WriteSession, org_id: UUID) -> Company:
    """As `company`; its row stays locked, so that its status is still true when it is set.

    Locks: the company. Raises: OrgNotFound (404).
    """
    org = await repository.lock_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return _company(org)


async def companies(session: ReadSession, org_ids: Collection[UUID]) -> dict[UUID, Company]:
    """For staff: companies by id; one that does not exist is left out."""
    return {org.id: _company(org) for org in await repository.list_orgs(session, org_ids)}


async def company_name(session: ReadSession, org_id: UUID) -> str:
    """The name alone, which customers may see too. Raises: OrgNotFound (404)."""
    return (await name_and_status(session, org_id))[0]


async def name_and_status(session: ReadSession, org_id: UUID) -> tuple[str, OrgStatus]:
    """As `company_name`, and whether the market may have it. Raises: OrgNotFound (404)."""
    found = await repository.get_name(session, org_id)
    if found is None:
        raise OrgNotFound
    return found


async def company_zone(session: ReadSession, org_id: UUID) -> str:
    """The office's zone (IANA), whose days are the company's. Raises: OrgNotFound (404)."""
    zone = await repository.get_zone(session, org_id)
    if zone is None:
        raise OrgNotFound
    return zone


async def company_on_file(session: ReadSession, org_id: UUID) -> CompanyOnFile:
    """For staff: all of a company in one statement. Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return CompanyOnFile(_company(org), org.promises, org.unconfirmed_usdot_number)


async def told_usdot_number(session: ReadSession, org_id: UUID) -> ToldNumber | None:
    """The number that the company has told and nobody has confirmed. Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return org.unconfirmed_usdot_number


async def profile(session: ReadSession, org_id: UUID) -> OrgOut:
    """The company as its members see it. Raises: OrgNotFound (404)."""
    org = await repository.get_org(session, org_id)
    if org is None:
        raise OrgNotFound
    return OrgOut.model_validate(org)


async def companies_covering(session: ReadSession, wish: Wish, limit: int) -> list[NearbyCompany]:
    """For the market: verified companies whose service area holds the pickup, the nearest first, with their terms."""
    rows = await repository.find_orgs_covering(session, wish, limit)
    return [
        NearbyCompany(
            org_id,
            name,
            rating,
            ratings,
            miles,
            Terms(zone, lead, hours, frozenset(off), reaches, arrival),
            Promises(*counts).reliability,
        )
        for org_id, name, rating, ratings, miles, *counts, zone, lead, hours, arrival, off, reaches in rows
    ]


async def set_status(session: WriteSession, org_id: UUID, status: OrgStatus, now: datetime) -> None:
    """Told downward by verification and ops. Raises: OrgNotFound (404)."""
    if not await repository.update_status(session, org_id, status, now):
        raise OrgNotFound


async def find_companies(
    session: ReadSession, page: PageRequest, sought: Sought | None, status: OrgStatus | None
) -> list[Company]:
    """For staff, by name: up to one more than the page holds."""
    return [_company(org) for org in await repository.list_sought(session, page, sought, status)]
