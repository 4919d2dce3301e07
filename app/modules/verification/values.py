from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

# Of what has no end.
LAST_DAY: Final = date(9999, 12, 30)


class InsuranceKind(StrEnum):
    CARGO = "cargo"
    LIABILITY = "liability"
    WORKERS_COMP = "workers_comp"


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"


class Claimed(StrEnum):
    """Whose case it is at this moment."""

    ME = "me"
    OTHERS = "others"
    NONE = "none"


class Step(StrEnum):
    """What happens to a company between its first request and the market."""

    SUBMITTED = "submitted"
    CLAIMED = "claimed"
    GIVEN_BACK = "given_back"
    FIRST_APPROVAL = "first_approval"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    LAPSED = "lapsed"
    RESTORED = "restored"


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


class Cause(StrEnum):
    """Why a company is out of the market: staff said so, or its papers ended."""

    STAFF = "staff"
    PAPERS = "papers"


class PaperKind(StrEnum):
    """Where a paper that ends is kept."""

    POLICY = "policy"
    DOCUMENT = "document"
    LICENCE = "licence"


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
class Missing:
    """What is lacking: of which truck, and who asks for it."""

    code: Need
    message: str
    truck_id: UUID | None = None
    authority: str | None = None
    source: str | None = None


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
class WaitingPaper:
    """A paper that staff have yet to look at; `counts_until`: its last day until they do; None: it counts for
    nothing.
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


@dataclass(frozen=True, slots=True)
class Eligible:
    """Whose own papers are in order; of those whose trucks must show papers too (`by_truck`), the trucks that do, and
    who has none that does. `coverage`: how high each of `org_ids` is insured on those days, in US dollars.
    """

    org_ids: frozenset[UUID] = frozenset()
    by_truck: frozenset[UUID] = frozenset()
    truck_ids: frozenset[UUID] = frozenset()
    without_trucks: frozenset[UUID] = frozenset()
    coverage: Mapping[UUID, Mapping[InsuranceKind, Decimal]] = field(default_factory=dict)

    def __or__(self, other: Eligible) -> Eligible:
        return Eligible(
            self.org_ids | other.org_ids,
            self.by_truck | other.by_truck,
            self.truck_ids | other.truck_ids,
            self.without_trucks | other.without_trucks,
            {**self.coverage, **other.coverage},
        )


@dataclass(frozen=True, slots=True)
class EligibleOn:
    """On which of many days, as bits, a company's own papers are in order; and of those whose trucks must show papers
    too, each truck's days.
    """

    by_org: dict[UUID, int]
    by_truck: dict[UUID, dict[UUID, int]]


@dataclass(frozen=True, slots=True)
class Lapse:
    """What is not shown for the days of a job: the company's own, or a truck's."""

    need: Need
    truck_id: UUID | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Why one item was not accepted; of a truck's paper, which truck."""

    item: Need
    truck_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a company was rejected, altogether and item by item."""

    reason: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Which of the staff holds a case, and until when."""

    user_id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A request to be verified, as other modules see it; `first_approved_by`: the first of two."""

    id: UUID
    org_id: UUID
    status: CaseStatus
    submitted_at: datetime
    decided_at: datetime | None
    reason: str | None
    findings: tuple[Finding, ...]
    claim: Claim | None
    first_approved_by: UUID | None


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases are asked for: none of `statuses` is all of them; `claimed` as `me` sees it `now`."""

    statuses: tuple[CaseStatus, ...]
    claimed: Claimed | None
    me: UUID
    now: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """What the staff wrote down for each other beside a case."""

    id: UUID
    text: str
    written_by: UUID
    written_at: datetime


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One step of a company's history; `by` is None where it is not told, or nobody's."""

    step: Step
    case_id: UUID | None
    at: datetime
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Why a company is out of the market, since when and, once it is back, until when."""

    id: UUID
    org_id: UUID
    cause: Cause
    reason: str
    suspended_at: datetime
    lifted_at: datetime | None


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
class Outing:
    """A job as papers are asked for it: where it goes, on which days, and with whom."""

    trip: Trip
    days: Days
    truck_ids: frozenset[UUID]
    driver_ids: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class PapersEnd:
    """A paper that ends or has ended, and what else its company shows and declares: what says which bookings its end
    touches.
    """

    paper: PastPaper
    shown: Shown
