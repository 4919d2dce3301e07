"""A no-show that the company disputes: it says that it was there, and staff decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.kernel.actor import MoverMember, Staff
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.bookings import repository, rules
from app.modules.bookings.errors import AlreadyDisputed, BookingNotFound, DisputeDecided, DisputeNotFound
from app.modules.bookings.events import NoShowReviewed
from app.modules.bookings.models import Booking, NoShowDispute
from app.modules.bookings.service.steps import lock_as, tell_trail
from app.modules.bookings.values import DisputeOutcome, WaitingDispute
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.outbox.emit import emit


async def dispute_no_show(session: WriteSession, actor: MoverMember, booking_id: UUID, note: str) -> NoShowDispute:
    """Put a customer's report that nobody came before the platform's staff. Until they decide it counts as it did.

    Locks: the booking row.
    Raises: BookingNotFound (404), NotDisputable (409), AlreadyDisputed (409).
    """
    booking = await lock_as(session, actor, booking_id)
    rules.check_dispute(await _until(session, booking), actor.now)
    if await repository.get_dispute(session, booking.org_id, booking.id) is not None:
        raise AlreadyDisputed
    dispute = await repository.insert_dispute(
        session,
        {
            "org_id": booking.org_id,
            "id": new_id(),
            "booking_id": booking.id,
            "note": note,
            "disputed_by": actor.user_id,
            "disputed_at": actor.now,
        },
    )
    tell_trail(session, actor, booking, "bookings.no_show_disputed", {})
    return dispute


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be disputed of a booking until when, and what was; None: nothing."""

    until: datetime | None
    dispute: NoShowDispute | None


async def show_dispute(session: ReadSession, booking_id: UUID) -> Standing:
    """Raises: BookingNotFound (404)."""
    booking = await repository.get_booking(session, booking_id)
    if booking is None:
        raise BookingNotFound
    dispute = await repository.get_dispute(session, booking.org_id, booking.id)
    return Standing(await _until(session, booking), dispute)


async def _until(session: ReadSession, booking: Booking) -> datetime | None:
    steps = await repository.list_steps(session, booking.org_id, booking.id)
    return rules.disputable_until(booking.status, booking.ended_by, steps)


async def list_waiting_disputes(session: ReadSession, page: PageRequest) -> Sequence[WaitingDispute]:
    """Of all companies, for staff: up to one more than the page holds, the oldest first."""
    return [WaitingDispute(**row._asdict()) for row in await repository.list_waiting_disputes(session, page)]


async def decide_dispute(
    session: WriteSession, actor: Staff, dispute_id: UUID, outcome: DisputeOutcome, reason: str
) -> NoShowDispute:
    """Where its dispute is accepted, the report counts against the company no more; the booking stays ended.

    Locks: the dispute. Raises: DisputeNotFound (404), DisputeDecided (409). Emits: booking.no_show_reviewed.
    """
    dispute = await repository.lock_dispute(session, dispute_id)
    if dispute is None:
        raise DisputeNotFound
    if dispute.outcome is not None:
        raise DisputeDecided(outcome=str(dispute.outcome))
    dispute.outcome, dispute.reason = outcome, reason
    dispute.decided_by, dispute.decided_at = actor.user_id, actor.now
    await session.flush()
    change = Change(
        f"bookings.no_show_dispute_{outcome}",
        "booking",
        dispute.booking_id,
        before={"outcome": None},
        after={"outcome": outcome},
        org_id=dispute.org_id,
    )
    record(session, actor, change)
    emit(session, NoShowReviewed(org_id=dispute.org_id, booking_id=dispute.booking_id), now=actor.now)
    return dispute
