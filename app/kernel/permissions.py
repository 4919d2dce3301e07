"""What each role may do, in a company and of the platform's staff: one table each.

A module's access.py asks it by a permission's name.

Who reads or writes which *rows* is the database's to say, by its policies; this says who may try at all. An API key
has scopes in place of a role: every scope bears the name of the permission whose place it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.kernel.actor import Role, StaffRole


class Permission(StrEnum):
    API_KEYS_MANAGE = "api_keys:manage"
    AUDIT_READ = "audit:read"
    AVAILABILITY_READ = "availability:read"
    BOARD_READ = "board:read"
    BOOKING_RULES_READ = "booking_rules:read"
    BOOKING_RULES_WRITE = "booking_rules:write"
    BOOKINGS_DISPATCH = "bookings:dispatch"
    BOOKINGS_MANAGE = "bookings:manage"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WORK = "bookings:work"
    BOOKINGS_WRITE = "bookings:write"
    CREW_READ = "crew:read"
    FEEDS_KEEP = "feeds:keep"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    FLEET_LOCATE = "fleet:locate"
    FLEET_READ = "fleet:read"
    FLEET_WRITE = "fleet:write"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    MEMBERS_MANAGE = "members:manage"
    JOBS_READ = "jobs:read"
    ORG_READ = "org:read"
    ORG_WRITE = "org:write"
    OWNERSHIP_TRANSFER = "ownership:transfer"
    PAPERS_READ = "papers:read"
    PAPERS_WRITE = "papers:write"
    PRICES_READ = "prices:read"
    PRICES_WRITE = "prices:write"
    QUOTES_READ = "quotes:read"
    SECOND_FACTOR_DEMAND = "second_factor:demand"
    TIME_OFF_WRITE = "time_off:write"
    WAGES_READ = "wages:read"


_OWNER: Final = (Role.OWNER,)
LEADS: Final = (Role.OWNER, Role.MANAGER)
_OFFICE: Final = (Role.OWNER, Role.MANAGER, Role.DISPATCHER)
# Not drivers: what a move costs is between the office and the customer.
_BILLING: Final = (*_OFFICE, Role.ACCOUNTANT)
# Those who report from the road, and who answers for them.
_CREW: Final = (*_OFFICE, Role.DRIVER)
_ALL: Final = tuple(Role)

ROLES: Final[Mapping[Permission, tuple[Role, ...]]] = MappingProxyType(
    {
        Permission.AUDIT_READ: _OWNER,
        Permission.OWNERSHIP_TRANSFER: _OWNER,
        Permission.SECOND_FACTOR_DEMAND: _OWNER,
        Permission.API_KEYS_MANAGE: LEADS,
        Permission.BOOKING_RULES_WRITE: LEADS,
        # That a job goes on without the customer's code is a lead's decision.
        Permission.BOOKINGS_MANAGE: LEADS,
        Permission.FLEET_WRITE: LEADS,
        # But for owners, whom owners alone change (identity/service/members.py).
        Permission.MEMBERS_MANAGE: LEADS,
        Permission.ORG_WRITE: LEADS,
        Permission.PAPERS_WRITE: LEADS,
        Permission.PRICES_WRITE: LEADS,
        Permission.BOOKINGS_DISPATCH: _OFFICE,
        Permission.BOOKINGS_WRITE: _OFFICE,
        # Licence numbers and telephones of colleagues are for the office.
        Permission.CREW_READ: _OFFICE,
        Permission.FEEDS_KEEP: _OFFICE,
        Permission.TIME_OFF_WRITE: _OFFICE,
        # What colleagues earn is not for those who plan with them.
        Permission.WAGES_READ: (*LEADS, Role.ACCOUNTANT),
        # When colleagues work is for those who plan them; a driver's own is on the board.
        Permission.AVAILABILITY_READ: _BILLING,
        Permission.INVOICES_READ: _BILLING,
        Permission.INVOICES_WRITE: _BILLING,
        Permission.PRICES_READ: _BILLING,
        Permission.QUOTES_READ: _BILLING,
        Permission.BOOKINGS_WORK: _CREW,
        Permission.FILES_WRITE: _CREW,
        # A driver's own.
        Permission.JOBS_READ: _CREW,
        Permission.FLEET_LOCATE: _CREW,
        Permission.BOARD_READ: _ALL,
        Permission.BOOKING_RULES_READ: _ALL,
        Permission.BOOKINGS_READ: _ALL,
        Permission.FILES_READ: _ALL,
        Permission.FLEET_READ: _ALL,
        Permission.ORG_READ: _ALL,
        Permission.PAPERS_READ: _ALL,
    }
)


class StaffPermission(StrEnum):
    CASES_DECIDE = "cases:decide"
    CASES_NOTE = "cases:note"
    CASES_READ = "cases:read"
    COMPANIES_READ = "companies:read"
    COMPANIES_SUSPEND = "companies:suspend"
    CUSTOMERS_READ = "customers:read"
    PACKS_ENFORCE = "packs:enforce"
    PACKS_READ = "packs:read"
    STAFF_MANAGE = "staff:manage"
    SETTINGS_READ = "settings:read"
    SETTINGS_WRITE = "settings:write"
    TEXTS_READ = "texts:read"
    TRAILS_READ = "trails:read"


_ADMINS: Final = (StaffRole.ADMIN,)
_REVIEWERS: Final = (StaffRole.REVIEWER, StaffRole.ADMIN)
_ALL_STAFF: Final = tuple(StaffRole)

STAFF_ROLES: Final[Mapping[StaffPermission, tuple[StaffRole, ...]]] = MappingProxyType(
    {
        StaffPermission.PACKS_ENFORCE: _ADMINS,
        StaffPermission.STAFF_MANAGE: _ADMINS,
        StaffPermission.SETTINGS_WRITE: _ADMINS,
        StaffPermission.CASES_DECIDE: _REVIEWERS,
        StaffPermission.COMPANIES_SUSPEND: _REVIEWERS,
        StaffPermission.CASES_NOTE: _ALL_STAFF,
        StaffPermission.CASES_READ: _ALL_STAFF,
        StaffPermission.COMPANIES_READ: _ALL_STAFF,
        StaffPermission.CUSTOMERS_READ: _ALL_STAFF,
        StaffPermission.PACKS_READ: _ALL_STAFF,
        StaffPermission.SETTINGS_READ: _ALL_STAFF,
        StaffPermission.TEXTS_READ: _ALL_STAFF,
        StaffPermission.TRAILS_READ: _ALL_STAFF,
    }
)
