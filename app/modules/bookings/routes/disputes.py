from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter

from app.modules.bookings.access import BookingsManage
from app.modules.bookings.errors import AlreadyDisputed, BookingNotFound, NotDisputable
from app.modules.bookings.schemas.disputes import DisputeIn, DisputeOut, NoShowDisputeStandingOut
from app.modules.bookings.service import disputes
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/bookings", tags=["bookings"], route_class=IdempotentRoute)


@router.post(
    "/{booking_id}/dispute-no-show",
    status_code=201,
    responses=problems(BookingNotFound, NotDisputable, AlreadyDisputed),
)
async def dispute_no_show(booking_id: UUID, body: DisputeIn, actor: BookingsManage, session: Write) -> DisputeOut:
    """Say that you came, though the customer reported that you did not: once, within 14 days; staff decide.

    For owners and managers.
    """
    return DisputeOut.model_validate(await disputes.dispute_no_show(session, actor, booking_id, body.note))


@router.get("/{booking_id}/no-show-dispute", responses=problems(BookingNotFound))
async def show_dispute(booking_id: UUID, actor: BookingsManage, session: Read) -> NoShowDisputeStandingOut:
    """Until when you may dispute a no-show, what you said of it and what staff decided. For owners and managers."""
    return NoShowDisputeStandingOut.model_validate(await disputes.show_dispute(session, booking_id))
