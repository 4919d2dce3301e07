"""What a company shows: policies and documents, how far each counts, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from app.kernel.money import Money
from app.modules.verification.values.laws import LAWS_CURRENCY, Need, PackCode, Requirement

# Of what has no end.
LAST_DAY: Final = date(9999, 12, 30)


class InsuranceKind(StrEnum):
    CARGO = "cargo"
    LIABILITY = "liability"
    WORKERS_COMP = "workers_comp"


class DocumentKind(StrEnum):
    """What a company shows beside its insurance; the last two belong to a truck."""

    MC_NUMBER = "mc_number"
    STATE_PERMIT = "state_permit"
    PROCESS_AGENT = "process_agent"
    BUSINESS_LICENCE = "business_licence"
    TAX_ID = "tax_id"
    TRUCK_REGISTRATION = "truck_registration"
    TRUCK_INSPECTION = "truck_inspection"


class Review(StrEnum):
    """Whether staff have looked at a paper: `with_request` was shown before the company asked to be verified, and is
    looked at with that.
    """

    WITH_REQUEST = "with_request"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class PaperKind(StrEnum):
    """Where a paper that ends is kept."""

    POLICY = "policy"
    DOCUMENT = "document"
    LICENCE = "licence"


class Days(NamedTuple):
    """Of a job, by the clock where it is picked up; both included."""

    first: date
    last: date


class Cover(NamedTuple):
    """The days of a policy or a document, both included; the last is the calendar's where there is no end."""

    effective_on: date
    expires_on: date


class PolicyShown(NamedTuple):
    kind: InsuranceKind
    limit: Decimal
    cover: Cover


@dataclass(frozen=True, slots=True)
class Shown:
    """What a company shows: its policies, the days of its documents by kind and truck, and what it has declared."""

    policies: list[PolicyShown]
    documents: dict[tuple[DocumentKind, UUID | None], list[Cover]]
    packs: set[PackCode]
    has_usdot_number: bool = True


@dataclass(frozen=True, slots=True)
class Believed:
    """A paper that counts in full, as one that follows it sees it: its last day, or the one before it was withdrawn;
    of a document its number or what a secret one is told by, of a policy its limit in US dollars.
    """

    last_day: date
    looked_at: datetime
    number: str | bytes | None = None
    limit: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a paper counts that nobody has looked at: until when, and of a policy up to which limit in US dollars."""

    until: date
    limit: Decimal


@dataclass(frozen=True, slots=True)
class WaitingPaper:
    """A paper that staff have yet to look at; `counts_until`: its last day until they do; None: it counts for
    nothing. Of a policy, its limit, and what the laws that its company works under ask of such ones while it lasts;
    None: they name no figure.
    """

    id: UUID
    org_id: UUID
    kind: Need
    number: str | None
    issuer: str
    truck_id: UUID | None
    upload_id: UUID | None
    effective_on: date
    expires_on: date | None
    shown_at: datetime
    counts_until: date | None
    limit: Money | None = None
    asked: Requirement | None = None

    @property
    def is_enough(self) -> bool | None:
        """Whether the limit is what is asked, in the law's own currency; None: no figure is asked."""
        if self.limit is None or self.asked is None or self.asked.minimum is None:
            return None
        return self.limit.currency == LAWS_CURRENCY and self.limit.amount >= self.asked.minimum


@dataclass(frozen=True, slots=True)
class Ended:
    """A paper that carried something and is over: the company's own, a truck's or a driver's. `ended_on`: its last
    day.
    """

    need: Need
    truck_id: UUID | None
    driver_id: UUID | None
    ended_on: date


@dataclass(frozen=True, slots=True)
class TouchedBooking:
    """A booking whose days a paper does not reach any more."""

    id: UUID
    reference: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class PastPaper:
    """A paper's end as the company sees it, with the bookings it touches."""

    need: Need
    truck_id: UUID | None
    driver_id: UUID | None
    ended_on: date
    bookings: tuple[TouchedBooking, ...]


@dataclass(frozen=True, slots=True)
class PapersEnd:
    """A paper that ends or has ended, and what else its company shows and declares: what says which bookings its end
    touches.
    """

    paper: PastPaper
    shown: Shown
