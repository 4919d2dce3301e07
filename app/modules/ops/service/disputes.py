"""No-shows that companies dispute, as the staff's desk has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from app.kernel.actor import Staff
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, record
from app.modules.bookings import public as bookings
from app.modules.market.public import arrival_window_out
from app.modules.ops.schemas.disputes import WaitingDisputeOut
from app.modules.ops.service.companies import reviewed_companies
from app.runtime.db.session import WriteSession


async def list_waiting_disputes(session: WriteSession, actor: Staff, page: PageRequest) -> Sequence[WaitingDisputeOut]:
    """Up to one more than the page holds, the oldest first. Each company's trail tells which of its bookings was
    read.
    """
    waiting = await bookings.list_waiting_disputes(session, page)
    companies = await reviewed_companies(session, {one.org_id for one in waiting})
    for one in waiting[: page.limit]:
        record(session, actor, Change("ops.no_show_dispute_read", "booking", one.booking_id, org_id=one.org_id))
    return [
        WaitingDisputeOut.model_validate(
            asdict(one)
            | {
                "organization": companies[one.org_id],
                "arrival_window": arrival_window_out(one.starts_at, one.arrives_until),
            }
        )
        for one in waiting
    ]


async def decide_dispute(
    session: WriteSession, actor: Staff, dispute_id: UUID, outcome: bookings.DisputeOutcome, reason: str
) -> bookings.DisputeOut:
    """Locks: the dispute. Raises: DisputeNotFound (404), DisputeDecided (409). Emits: booking.no_show_reviewed."""
    decided = await bookings.decide_dispute(session, actor, dispute_id, outcome, reason)
    return bookings.DisputeOut.model_validate(decided)
