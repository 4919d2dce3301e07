"""What the laws of a move ask of a company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

# Of every figure that a law names.
LAWS_CURRENCY: Final = "USD"


class PackCode(StrEnum):
    """Whose law a job is under."""

    US_INTERSTATE = "US-interstate"
    US_CA = "US-CA"
    US_WA = "US-WA"
    GENERIC = "generic"


class Need(StrEnum):
    """What a company may be lacking, as a program reads it."""

    VERIFIED_EMAIL = "verified_email"
    TRUCK = "truck"
    DRIVER = "driver"
    PRICING = "pricing"
    INSURANCE = "insurance"
    LIABILITY = "liability"
    CARGO = "cargo"
    WORKERS_COMP = "workers_comp"
    USDOT_NUMBER = "usdot_number"
    MC_NUMBER = "mc_number"
    STATE_PERMIT = "state_permit"
    PROCESS_AGENT = "process_agent"
    BUSINESS_LICENCE = "business_licence"
    TAX_ID = "tax_id"
    TRUCK_REGISTRATION = "truck_registration"
    TRUCK_INSPECTION = "truck_inspection"
    DRIVER_LICENCE = "driver_licence"


@dataclass(frozen=True, slots=True)
class Trip:
    """Where a job begins and ends, as far as law is concerned."""

    origin_country: str
    origin_state: str
    destination_country: str
    destination_state: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """Who asks for what, where it stands, since when (None: older than our sources), and how much, in US dollars."""

    need: Need
    authority: str
    source: str
    in_force_from: date | None = None
    minimum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pack:
    code: PackCode
    title: str
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Rise:
    """A figure that takes the place of another: whoever is insured for `before` alone is not insured enough from
    `begins_on` on.
    """

    pack: PackCode
    need: Need
    begins_on: date
    before: Decimal
    minimum: Decimal


@dataclass(frozen=True, slots=True)
class Missing:
    """What is lacking: of which truck, and who asks for it."""

    code: Need
    message: str
    truck_id: UUID | None = None
    authority: str | None = None
    source: str | None = None
