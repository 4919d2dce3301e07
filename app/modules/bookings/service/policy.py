from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.actor import Customer, Mover
from app.kernel.ids import new_id
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import TooManyHolds
from app.modules.bookings.models import Booking
from app.modules.bookings.schemas import CancellationPolicyIn
from app.modules.bookings.values import PolicyKind, RefundStep, Terms
from app.modules.calendar.public import Window
from app.modules.orgs import public as orgs
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.settings import MarketSettings


@dataclass(frozen=True, slots=True)
class Policy:
    """A company's terms; version 0 for one that has not chosen."""

    terms: Terms
    version: int


async def policy_of(session: ReadSession, org_id: UUID) -> Policy:
    """The terms that the company's next booking gets."""
    row = await repository.get_policy(session, org_id)
    if row is None:
        return Policy(rules.DEFAULT_TERMS, 0)
    return Policy(rules.terms_from_json({"kind": row.kind, "steps": row.steps}), row.version)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a company asks of the booking that is being made. `holds_end`: of the customer's holds that live.
    `unproven`: of a customer who has proved no phone number.
    """

    company_name: str
    company_status: orgs.OrgStatus
    terms: Terms
    door_codes: bool
    holds_end: Sequence[datetime]
    unproven: rules.Share | None


async def asked_of(session: ReadSession, org_id: UUID, actor: Mover | Customer, starts_at: datetime) -> Asked:
    """For a job that starts then. Raises: OrgNotFound (404)."""
    customer_id = actor.customer_id if isinstance(actor, Customer) else None
    between = (starts_at - rules.SHARED_AROUND, starts_at + rules.SHARED_AROUND)
    row = await repository.what_company_asks(session, org_id, customer_id, actor.now, between)
    if row is None:
        raise orgs.OrgNotFound
    own = {"kind": row.kind, "steps": row.steps} if row.kind else None
    terms = rules.terms_from_json(own) if own else rules.DEFAULT_TERMS
    return Asked(row.name, orgs.OrgStatus(row.status), terms, row.door_codes, row.holds_end, _share_of(row))


def _share_of(row: DriverRow | AnyRow) -> rules.Share | None:
    if row.unproven_hours is None:
        return None
    own, together = row.unproven_hours
    return rules.Share(own, together, row.trucks or 0)


def most_unproven(settings: MarketSettings) -> rules.MostUnproven:
    return rules.MostUnproven(settings.unproven_share_percent, settings.unproven_together_percent)


async def check_moved_share(
    session: ReadSession, booking: Booking, window: Window, now: datetime, most: rules.MostUnproven
) -> None:
    """Whether the customer of a booking may have it at another time. Raises: PhoneNotProven (409)."""
    if booking.customer_id is None:
        return
    between = (window.starts_at - rules.SHARED_AROUND, window.starts_at + rules.SHARED_AROUND)
    row = await repository.unproven_share(session, booking, now, between)
    rules.check_share(_share_of(row), window.length, len(booking.truck_ids), most)


def check_holds(holds_end: Sequence[datetime], most: int, now: datetime) -> None:
    """A customer holds so much at once and no more. `holds_end`: of what they hold, the first first.

    Raises: TooManyHolds (429), to be tried again when enough of it has ended.
    """
    if len(holds_end) >= most:
        wait = math.ceil((holds_end[len(holds_end) - most] - now).total_seconds())
        raise TooManyHolds(
            f"You hold {len(holds_end)} at once, and {most} are the most: confirm or cancel one, or wait for the first "
            "to end.",
            headers={"Retry-After": str(wait)},
        )


async def set_policy(session: WriteSession, actor: Mover, body: CancellationPolicyIn, version: int | None) -> Policy:
    """Choose the terms of bookings to come; those that stand keep theirs.

    Locks: the policy's row. Raises: PreconditionFailed (412).
    """
    terms = _terms(body)
    stored = rules.terms_to_json(terms)
    row = stored | {
        "org_id": actor.org_id,
        "id": new_id(),
        "version": 1,
        "created_at": actor.now,
        "updated_at": actor.now,
    }
    policy = await repository.lock_policy(session, actor.org_id)
    if policy is None:
        check_version(0, version)
        if await repository.insert_policy(session, row):
            _tell_trail(session, actor, rules.DEFAULT_TERMS, terms)
            return Policy(terms, 1)
        # Somebody else was first meanwhile.
        policy = await repository.lock_policy(session, actor.org_id)
        assert policy is not None  # noqa: S101 - policies are never deleted
    check_version(policy.version, version)
    _tell_trail(session, actor, rules.terms_from_json({"kind": policy.kind, "steps": policy.steps}), terms)
    policy.change(actor.now, kind=terms.kind, steps=stored["steps"])
    await session.flush()
    return Policy(terms, policy.version)


def _tell_trail(session: WriteSession, actor: Mover, was: Terms, terms: Terms) -> None:
    change = Change("bookings.policy_set", "cancellation_policy", None, _shown(was), _shown(terms))
    record(session, actor, change)


def _shown(terms: Terms) -> dict[str, object]:
    return {
        "kind": terms.kind,
        "notice_hours": [step.notice_hours for step in terms.steps],
        "refund_percent": [step.refund_percent for step in terms.steps],
    }


def _terms(body: CancellationPolicyIn) -> Terms:
    if body.kind is not PolicyKind.CUSTOM:
        return rules.PRESETS[body.kind]
    steps = (RefundStep(step.notice_hours, step.refund_percent) for step in body.steps or ())
    return Terms(body.kind, tuple(steps))
