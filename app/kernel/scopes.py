"""What a company's API key may be given: each route that lets keys in names one of these in its access.

What is a person's alone has no scope, so no key can be given it: members and their sign-ins, keys, papers that a
person answers for.
"""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    AUDIT_READ = "audit:read"
    BOOKINGS_DISPATCH = "bookings:dispatch"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WORK = "bookings:work"
    BOOKINGS_WRITE = "bookings:write"
    CREW_READ = "crew:read"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    FLEET_LOCATE = "fleet:locate"
    FLEET_READ = "fleet:read"
    FLEET_WRITE = "fleet:write"
    INVOICES_READ = "invoices:read"
    INVOICES_WRITE = "invoices:write"
    ORG_READ = "org:read"
    ORG_WRITE = "org:write"
    PRICES_READ = "prices:read"
    PRICES_WRITE = "prices:write"
    QUOTES_READ = "quotes:read"
    TIME_OFF_WRITE = "time_off:write"
    WAGES_READ = "wages:read"
