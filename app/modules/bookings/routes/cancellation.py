from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.modules.bookings import service
from app.modules.bookings.access import BookingsMeet, BookingsWrite, CancellationRead, PolicyRead, PolicyWrite
from app.modules.bookings.errors import BookingNotFound, FeeHigher, HoldExpired, IllegalStep, NotDueYet, WrongParty
from app.modules.bookings.routes.answers import BookingWrite, answer_booking, settlement_out
from app.modules.bookings.rules import as_of, terms_from_json
from app.modules.bookings.schemas import (
    BookingOut,
    CancelIn,
    CancellationOut,
    CancellationPolicyIn,
    CancellationPolicyOut,
    CancellationQuery,
    RefundStepOut,
    RefundUntil,
    StepIn,
)
from app.modules.bookings.service.policy import Policy
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["bookings"], route_class=IdempotentRoute)


@router.get(
    "/bookings/{booking_id}/cancellation", responses=problems(BookingNotFound, IllegalStep, HoldExpired, WrongParty)
)
async def show_cancellation(
    booking_id: UUID, query: Annotated[CancellationQuery, Query()], actor: CancellationRead, session: Read
) -> CancellationOut:
    """What cancelling costs now, and until when less; or what it did cost. For office, accountants, customer."""
    booking, settlement = await service.show_cancellation(session, actor, booking_id, query.requested_by)
    terms = terms_from_json(booking.cancellation_terms)
    until = ((booking.starts_at - timedelta(hours=step.notice_hours), step.refund_percent) for step in terms.steps)
    return CancellationOut(
        status=as_of(booking.status, booking.hold_expires_at, actor.now),
        policy=terms.kind,
        steps=[RefundUntil(until=instant, refund_percent=percent) for instant, percent in until],
        settlement=settlement_out(booking, settlement),
        reason=booking.cancellation_reason,
    )


@router.post(
    "/bookings/{booking_id}/cancel",
    responses=problems(BookingNotFound, IllegalStep, HoldExpired, FeeHigher, WrongParty),
)
async def cancel_booking(
    booking_id: UUID, body: CancelIn, actor: BookingsWrite, session: BookingWrite, response: Response
) -> BookingOut:
    """Cancel: the window is free at once. For customers until the truck is on its way, and dispatchers."""
    booking = await service.cancel_booking(session, actor, booking_id, body)
    return await answer_booking(session, actor, booking, response)


@router.post("/bookings/{booking_id}/no-show", responses=problems(BookingNotFound, IllegalStep, NotDueYet))
async def report_no_show(
    booking_id: UUID, actor: BookingsMeet, session: BookingWrite, response: Response, body: StepIn | None = None
) -> BookingOut:
    """Nobody was there: no customer, or two hours on no crew. For the office and drivers, and for the customer."""
    booking = await service.report_no_show(session, actor, booking_id, body)
    return await answer_booking(session, actor, booking, response)


@router.get("/org/cancellation-policy")
async def show_policy(actor: PolicyRead, session: Read, response: Response) -> CancellationPolicyOut:
    """What your company gives back of a deposit when a customer cancels. For its members."""
    return _answer(await service.policy_of(session, actor.org_id), response)


@router.put("/org/cancellation-policy", responses=problems(PreconditionFailed))
async def set_policy(
    body: CancellationPolicyIn, actor: PolicyWrite, session: Write, response: Response, if_match: IfMatch
) -> CancellationPolicyOut:
    """Choose it for bookings to come; those that stand keep theirs. For owners and managers."""
    return _answer(await service.set_policy(session, actor, body, if_match), response)


def _answer(policy: Policy, response: Response) -> CancellationPolicyOut:
    put_etag(response, policy.version)
    steps = [RefundStepOut.model_validate(step) for step in policy.terms.steps]
    return CancellationPolicyOut(kind=policy.terms.kind, steps=steps, version=policy.version)
