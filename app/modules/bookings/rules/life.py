"""The life of a booking as a table, and the decisions around it. All pure."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kernel.actor import ActorKind
from app.kernel.errors import Fault
from app.kernel.geo import Point
from app.kernel.localtime import rfc3339
from app.kernel.money import round_cents
from app.kernel.signing import Signer
from app.modules.bookings.errors import (
    BookingNotHeld,
    CrewIncomplete,
    HoldExpired,
    IllegalStep,
    NotDueYet,
    NotEquipped,
    TruckTooSmall,
)
from app.modules.bookings.values import (
    BookingStatus,
    Door,
    Party,
    PolicyKind,
    RefundStep,
    Settlement,
    Terms,
)
from app.modules.calendar.public import (
    SHORTEST_WINDOW,
    ResourceKind,
    ResourceNotFound,
    ResourceSpec,
    Stops,
    Window,
    WindowRefused,
    may_drive,
)

S = BookingStatus


class Step(Protocol):
    """A step of the history."""

    to_status: BookingStatus
    at: datetime


ON_THE_WAY: Final = frozenset({S.EN_ROUTE, S.ARRIVED, S.LOADING, S.IN_TRANSIT, S.UNLOADING})
TRACKED: Final = ON_THE_WAY | {S.CONFIRMED, S.ASSIGNED, S.COMPLETED}

# What may follow what. `complete` is legal from every step after the start: a company may be as terse as it likes.
TRANSITIONS: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = MappingProxyType(
    {
        S.HELD: frozenset({S.CONFIRMED, S.CANCELLED, S.EXPIRED}),
        S.CONFIRMED: frozenset({S.ASSIGNED, S.EN_ROUTE, S.CANCELLED, S.NO_SHOW}),
        S.ASSIGNED: frozenset({S.ASSIGNED, S.EN_ROUTE, S.CANCELLED, S.NO_SHOW}),
        S.EN_ROUTE: frozenset({S.ARRIVED, S.LOADING, S.COMPLETED, S.CANCELLED, S.NO_SHOW}),
        S.ARRIVED: frozenset({S.LOADING, S.COMPLETED, S.CANCELLED, S.NO_SHOW}),
        S.LOADING: frozenset({S.IN_TRANSIT, S.UNLOADING, S.COMPLETED}),
        S.IN_TRANSIT: frozenset({S.UNLOADING, S.COMPLETED}),
        S.UNLOADING: frozenset({S.COMPLETED}),
        S.COMPLETED: frozenset(),
        S.CANCELLED: frozenset(),
        S.EXPIRED: frozenset(),
        S.NO_SHOW: frozenset(),
    }
)

# A customer decides until the truck is on its way; what happens from then on, the crew reports, but not that it never
# came.
BY_CUSTOMERS: Final = frozenset({S.CONFIRMED, S.CANCELLED, S.NO_SHOW})
BY_WHO_WAITS: Final = frozenset({S.NO_SHOW})
OF_CUSTOMERS: Final = frozenset({ActorKind.CUSTOMER, ActorKind.LINK})
CUSTOMER_CANCELS_FROM: Final = frozenset({S.HELD, S.CONFIRMED, S.ASSIGNED})

# In the place of a contact who had their data erased.
ERASED_CONTACT: Final[Mapping[str, Any]] = MappingProxyType({"full_name": "Erased", "phone": "", "email": None})

# What has its place in the calendar and has not begun; a hold is let go and made anew.
RESCHEDULABLE: Final = frozenset({S.CONFIRMED, S.ASSIGNED})

FULL_REFUND: Final = 100
PRESETS: Final[Mapping[PolicyKind, Terms]] = MappingProxyType(
    {
        kind: Terms(kind, steps)
        for kind, steps in {
            PolicyKind.FLEXIBLE: (RefundStep(24, 100), RefundStep(0, 50)),
            PolicyKind.MODERATE: (RefundStep(72, 100), RefundStep(48, 50)),
            PolicyKind.STRICT: (RefundStep(168, 100), RefundStep(72, 50)),
        }.items()
    }
)
DEFAULT_TERMS: Final = PRESETS[PolicyKind.MODERATE]
# A truck may stand in traffic: so long after its hour a customer may say that nobody came.
COMPANY_GRACE: Final = timedelta(hours=2)
# So long a customer has to hear of another hour that the company chose, and to be there.
NOTICE_OF_ANOTHER_HOUR: Final = timedelta(hours=1)

# The step that a code opens, where the company asks for one.
DOOR_OF: Final[Mapping[BookingStatus, Door]] = MappingProxyType({S.LOADING: Door.PICKUP, S.COMPLETED: Door.DELIVERY})
BEFORE_LOADING: Final = frozenset({S.EN_ROUTE, S.ARRIVED})
DOOR_ATTEMPTS: Final = 5
DOOR_DIGITS: Final = 6

REFERENCE_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0/O and 1/I, which people mix up
REFERENCE_LENGTH: Final = 7


def as_of(status: BookingStatus, hold_expires_at: datetime | None, now: datetime) -> BookingStatus:
    """The status as it really is: a hold past its time has expired, whoever has written that down or not."""
    if status is S.HELD and hold_expires_at is not None and hold_expires_at <= now:
        return S.EXPIRED
    return status


def legal_steps(status: BookingStatus, kind: ActorKind) -> list[BookingStatus]:
    following = TRANSITIONS[status]
    if kind in OF_CUSTOMERS:
        if status in CUSTOMER_CANCELS_FROM:
            following &= BY_CUSTOMERS
        else:
            following &= BY_WHO_WAITS if status is S.EN_ROUTE else frozenset()
    return sorted(following - {S.EXPIRED})


def standing_to_cancel(status: BookingStatus, kind: ActorKind, starts_on: date, today: date) -> BookingStatus:
    """Where the booking stands for who would cancel it: to the customer no truck is on its way before the pickup's day,
    whatever the company reports. Another time is refused as ever: `check_reschedule`.
    """
    if kind in OF_CUSTOMERS and status in ON_THE_WAY and today < starts_on:
        return S.ASSIGNED
    return status


def is_before_its_day(starts_at: datetime, zone: str, now: datetime) -> bool:
    """By the pickup's clock."""
    starts_on, today = (instant.astimezone(ZoneInfo(zone)).date() for instant in (starts_at, now))
    return today < starts_on


def taken_back(
    status: BookingStatus, before: Mapping[BookingStatus, BookingStatus], *, is_early: bool
) -> BookingStatus:
    """Where a booking stands when what was reported by mistake is taken back: before its day the whole start of it,
    from its day on the completion. `before`: by each step of it, where it stood before.

    Raises: IllegalStep (409) where there is nothing to take back.
    """
    is_reported = status is S.COMPLETED or (is_early and status in ON_THE_WAY)
    stood = before.get(S.EN_ROUTE if is_early else S.COMPLETED)
    if not is_reported or stood is None:
        raise IllegalStep(f"A booking that is {status} has nothing to take back.", legal=[])
    return stood


def move(status: BookingStatus, *, to: BookingStatus, by: ActorKind) -> BookingStatus:
    """Raises: IllegalStep (409), with the legal steps."""
    legal = legal_steps(status, by)
    if to not in legal and not (by is ActorKind.SYSTEM and to in TRANSITIONS[status]):
        raise IllegalStep(f"From {status} there is no step to {to}.", legal=[str(step) for step in legal])
    return to


def check_first_door(status: BookingStatus, to: BookingStatus, kind: ActorKind) -> None:
    """Where codes are asked, no job is done that was never begun at the door. Raises: IllegalStep (409)."""
    if to is S.COMPLETED and status in BEFORE_LOADING:
        legal = [str(step) for step in legal_steps(status, kind) if step is not to]
        raise IllegalStep("The customer's code at the pickup comes first: report the loading.", legal=legal)


def door_code(pepper: Signer, booking_id: UUID, issue: int, door: Door) -> str:
    """The digits of a door. Whoever holds the database but not the pepper cannot tell them."""
    derived = pepper.derive("door", booking_id.bytes, str(issue).encode(), door.encode())
    return f"{int.from_bytes(derived) % 10**DOOR_DIGITS:0{DOOR_DIGITS}d}"


def is_door_code(told: str, expected: str) -> bool:
    return hmac.compare_digest(told.encode(), expected.encode())


def confirm(status: BookingStatus, hold_expires_at: datetime | None, now: datetime) -> BookingStatus:
    """Raises: HoldExpired (409), BookingNotHeld (409)."""
    current = as_of(status, hold_expires_at, now)
    if current is S.EXPIRED:
        raise HoldExpired
    if current is not S.HELD:
        raise BookingNotHeld(f"It is {current}.")
    return S.CONFIRMED


def check_reschedule(status: BookingStatus, kind: ActorKind) -> None:
    """Raises: IllegalStep (409), with the legal steps."""
    if status not in RESCHEDULABLE:
        legal = [str(step) for step in legal_steps(status, kind)]
        raise IllegalStep(f"A booking that is {status} has no other time.", legal=legal)


def cap_terms(terms: Terms, notice: timedelta) -> Terms:
    """Terms that never give back more than so much notice does."""
    most = refund_percent(terms, notice)
    steps = (RefundStep(step.notice_hours, min(step.refund_percent, most)) for step in terms.steps)
    return Terms(terms.kind, tuple(steps))


def refund_percent(terms: Terms, notice: timedelta) -> int:
    """The share of the deposit that so much notice gives back; notice is elapsed time, whatever clocks do."""
    earned = (step.refund_percent for step in terms.steps if notice >= timedelta(hours=step.notice_hours))
    return next(earned, 0)


def settle_cancellation(
    terms: Terms, deposit: Decimal, notice: timedelta, *, by: Party, was: BookingStatus
) -> Settlement:
    """What a cancellation costs. A mere hold costs nobody anything; a company that cancels gives all back, and
    bears what a replacement costs more.
    """
    if was is S.HELD or by is Party.COMPANY:
        return Settlement(by, deposit, Decimal(0), covers_replacement=was is not S.HELD)
    refund = round_cents(deposit * refund_percent(terms, notice) / 100)
    return Settlement(by, refund, deposit - refund, covers_replacement=False)


def returns_discounts(terms: Terms, notice: timedelta, *, by: Party) -> bool:
    """Whether a discount that the cancelled booking had may be had again: it was called off at a notice at which all
    would be given back, whatever the deposit was, or by the company.
    """
    return by is Party.COMPANY or refund_percent(terms, notice) == FULL_REFUND


def settle_no_show(deposit: Decimal, absent: Party) -> Settlement:
    """A customer who is not there loses the deposit; a company that does not come gives it back and bears what a
    replacement costs more.
    """
    if absent is Party.COMPANY:
        return Settlement(absent, deposit, Decimal(0), covers_replacement=True)
    return Settlement(absent, Decimal(0), deposit, covers_replacement=False)


def kept(window: Window, arrives_until: datetime | None, planned_at: datetime | None) -> Window:
    """What is kept for a job in one piece: all of its window or, once its arrival is planned, the work from then on."""
    if arrives_until is None or planned_at is None:
        return window
    return Window(planned_at, planned_at + (window.ends_at - arrives_until))


def left_to_come(window: Window, status: BookingStatus, arrives_until: datetime | None, now: datetime) -> Window | None:
    """What a job to come takes of its window: what is left of it, once the crew may arrive. None where it has begun, or
    should have.
    """
    if now < window.starts_at:
        return window
    is_awaited = status in RESCHEDULABLE and arrives_until is not None and now < arrives_until
    rest = Window(now.replace(microsecond=0), window.ends_at)
    return rest if is_awaited and rest.length >= SHORTEST_WINDOW else None


def check_arrival(window: Window, arrives_until: datetime | None, pointer: str) -> None:
    """`window`: of the job, or of its first leg.

    Raises: WindowRefused (422) where whoever arrives last has no quarter of an hour left for the work.
    """
    if arrives_until is None or window.ends_at - arrives_until >= SHORTEST_WINDOW:
        return
    sentence = "leaves less than 15 minutes for the work when the crew arrives at the end of it"
    fault = Fault(pointer, "arrival_window_too_wide", sentence)
    raise WindowRefused(f"The arrival window {sentence}.", faults=(fault,))


def awaited_from(told_for: datetime, told_at: datetime | None) -> datetime:
    """From when on a customer has to be there: the hour told last, and an hour after the company told another one."""
    return told_for if told_at is None else max(told_for, told_at + NOTICE_OF_ANOTHER_HOUR)


def check_no_show(absent: Party, arrives: tuple[datetime, datetime], now: datetime) -> None:
    """`arrives`: from when on the customer has to await the crew, and until when it may come. The customer is absent
    from that hour on; the company is late after the end of the window that it promised.

    Raises: NotDueYet (409), before that hour, or within the company's two hours of grace.
    """
    due_at = arrives[1] + COMPANY_GRACE if absent is Party.COMPANY else arrives[0]
    if now < due_at:
        raise NotDueYet(from_at=rfc3339(due_at))


def terms_to_json(terms: Terms) -> dict[str, Any]:
    return {"kind": terms.kind, "steps": [step._asdict() for step in terms.steps]}


def terms_from_json(stored: Mapping[str, Any]) -> Terms:
    return Terms(PolicyKind(stored["kind"]), tuple(RefundStep(**step) for step in stored["steps"]))


def check_named(resources: Iterable[ResourceSpec], job: Mapping[str, Any]) -> tuple[list[UUID], list[UUID]]:
    """Trucks and people apart, when they can do the job, of which these are the fields of a booking.

    Raises: CrewIncomplete (409), TruckTooSmall (409), NotEquipped (409).
    """
    named = list(resources)
    check_drivers(named)
    trucks, people = check_load(named, job)
    return [truck.id for truck in trucks], [person.id for person in people]


def check_drivers(named: Sequence[ResourceSpec]) -> None:
    """Raises: CrewIncomplete (409) where a truck has no driver among them, or none whose licence covers it."""
    kinds = [one.kind for one in named]
    if kinds.count(ResourceKind.DRIVER) < kinds.count(ResourceKind.TRUCK):
        raise CrewIncomplete
    if not may_drive(named):
        raise CrewIncomplete("Nobody of these drivers has the class of licence that one of the trucks takes.")


def check_load(named: Sequence[ResourceSpec], job: Mapping[str, Any]) -> tuple[list[ResourceSpec], list[ResourceSpec]]:
    """Trucks and people apart, when all of them together can do the job, whoever drives.

    Raises: CrewIncomplete (409) without a truck, TruckTooSmall (409), NotEquipped (409).
    """
    volume_cuft, weight_lb = job["volume_cuft"] or 0, job["weight_lb"] or 0
    trucks = [r for r in named if r.kind is ResourceKind.TRUCK]
    people = [r for r in named if r.kind.is_person]
    if not trucks:
        raise CrewIncomplete
    room, payload = sum(t.capacity_cuft for t in trucks), sum(t.max_weight_lb for t in trucks)
    if room < volume_cuft or payload < weight_lb:
        raise TruckTooSmall(
            f"They hold {room} cubic feet and {payload} pounds; the job has {volume_cuft} and {weight_lb}."
        )
    missing = set(job["skills"]).difference(*(person.skills for person in people))
    missing |= {one for truck in trucks for one in set(job["truck_features"]) - set(truck.skills)}
    if missing:
        raise NotEquipped(missing=sorted(missing))
    return trucks, people


def equipment_in(resources: Iterable[ResourceSpec]) -> list[UUID]:
    """The ids of the pieces of equipment among them."""
    return [one.id for one in resources if one.kind is ResourceKind.EQUIPMENT]


def check_equipment(named: Iterable[UUID], taken: Iterable[ResourceSpec], *, found: int = 0) -> None:
    """`found`: how many pieces were taken beside those that were named, by their kinds.

    Raises: ResourceNotFound (404) where a truck or person is named as equipment, or the other way round.
    """
    asked, pieces = set(named), set(equipment_in(taken))
    if not pieces >= asked or len(pieces) != len(asked) + found:
        raise ResourceNotFound


def stops_of(origin: Mapping[str, Any], destination: Mapping[str, Any]) -> Stops:
    """Where a job begins and ends, from its places as they are stored."""
    return Stops(Point.model_validate(origin["location"]), Point.model_validate(destination["location"]))


def reference_of(booking_id: UUID) -> str:
    """A short name for people on the phone, from the random half of the id."""
    bits = booking_id.int
    letters = []
    for _ in range(REFERENCE_LENGTH):
        bits, digit = divmod(bits, len(REFERENCE_ALPHABET))
        letters.append(REFERENCE_ALPHABET[digit])
    return f"MH-{''.join(letters)}"


def steps_told(steps: Iterable[Step]) -> list[tuple[BookingStatus, datetime]]:
    """Where a move has come to, each step once and as it was reached first: what the office writes down besides is
    none, and what was taken back is not told.
    """
    told: dict[BookingStatus, datetime] = {}
    for step in steps:
        if step.to_status in told:
            reached = list(told).index(step.to_status) + 1
            told = dict(list(told.items())[:reached])
        else:
            told[step.to_status] = step.at
    return list(told.items())


def is_tracked(status: BookingStatus) -> bool:
    """Whether there is a move to follow: promised, under way or done."""
    return status in TRACKED
