from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.bookings import service
from app.modules.bookings.access import BookingsDispatch
from app.modules.bookings.routes.answers import BookingCare
from app.modules.bookings.schemas import BulkIn, BulkOut, BulkResultOut, RefusedOut
from app.modules.bookings.service.bulk import Outcome
from app.runtime.resources import resources_of
from app.runtime.web.route import IdempotentRoute

router = APIRouter(prefix="/v1/bookings", tags=["bookings"], route_class=IdempotentRoute)


def _result(outcome: Outcome) -> BulkResultOut:
    refused = outcome.refused
    return BulkResultOut(
        booking_id=outcome.command.booking_id,
        command=outcome.command.command,
        status=outcome.status,
        version=outcome.version,
        refused=refused
        and RefusedOut(
            status=refused.status,
            code=refused.code,
            title=refused.title,
            detail=refused.detail,
            more=refused.extensions,
        ),
    )


@router.post("/bulk")
async def run_bulk(body: BulkIn, actor: BookingsDispatch, session: BookingCare, request: Request) -> BulkOut:
    """Up to a hundred commands on bookings at once, each with its own result: what is refused leaves the others be.

    For owners, managers and dispatchers.
    """
    outcomes = await service.run_bulk(session, resources_of(request).pepper, actor, body.commands)
    items = [_result(one) for one in outcomes]
    return BulkOut(done=sum(one.refused is None for one in items), items=items)
