from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.localtime import LocalTimeRefused
from app.modules.bookings import service
from app.modules.bookings.access import BookingsDispatch, BookingsWrite
from app.modules.bookings.errors import (
    BookingNotFound,
    CompanyNotBookable,
    CrewIncomplete,
    IllegalStep,
    NoArrivalWindow,
    NotEquipped,
    OutsideArrivalWindow,
    OutsideTerms,
    PapersEndBefore,
    PhoneNotProven,
    PriceChanged,
    TruckTooSmall,
)
from app.modules.bookings.routes.answers import BookingCare, BookingWrite, answer_booking, foreseen_out
from app.modules.bookings.schemas import ArrivalIn, BookingOut, PreviewIn, RescheduleIn, RescheduleOut
from app.modules.calendar.public import DayFull, ResourceNotFound, SlotTaken, WindowRefused
from app.modules.pricing.public import NotPriced
from app.runtime.db.session import ReadSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import read_as

router = APIRouter(prefix="/v1/bookings", tags=["bookings"], route_class=IdempotentRoute)

BookingRead = Annotated[ReadSession, read_as(Audience.BOOKING)]
REFUSALS = (
    BookingNotFound,
    IllegalStep,
    LocalTimeRefused,
    WindowRefused,
    CompanyNotBookable,
    OutsideTerms,
    PapersEndBefore,
    PhoneNotProven,
    NotPriced,
    CrewIncomplete,
    TruckTooSmall,
    NotEquipped,
)


@router.post("/{booking_id}/reschedule/preview", responses=problems(*REFUSALS))
async def foresee_reschedule(
    booking_id: UUID, body: PreviewIn, actor: BookingsWrite, session: BookingRead, request: Request
) -> RescheduleOut:
    """What a booking costs at another time, and whether that is free. For the office and the customer."""
    market = resources_of(request).settings.market
    return foreseen_out(await service.foresee_reschedule(session, actor, booking_id, body.starts_at, settings=market))


@router.post(
    "/{booking_id}/reschedule",
    responses=problems(*REFUSALS, PriceChanged, SlotTaken, DayFull, PreconditionFailed),
)
async def reschedule_booking(
    booking_id: UUID,
    body: RescheduleIn,
    actor: BookingsWrite,
    session: BookingWrite,
    request: Request,
    response: Response,
    if_match: IfMatch,
) -> BookingOut:
    """Give it another start at the price shown; what fails leaves it as it was. For customers and dispatchers."""
    market = resources_of(request).settings.market
    booking = await service.reschedule_booking(session, actor, booking_id, body, if_match, settings=market)
    return await answer_booking(session, actor, booking, response)


@router.post(
    "/{booking_id}/plan-arrival",
    responses=problems(
        BookingNotFound,
        IllegalStep,
        NoArrivalWindow,
        OutsideArrivalWindow,
        LocalTimeRefused,
        WindowRefused,
        SlotTaken,
        ResourceNotFound,
        PreconditionFailed,
    ),
)
async def plan_arrival(
    booking_id: UUID,
    body: ArrivalIn,
    actor: BookingsDispatch,
    session: BookingCare,
    response: Response,
    if_match: IfMatch,
) -> BookingOut:
    """Plan when in its arrival window the crew comes; the rest of the window is free, and the customer is told. Null
    takes it back: all of the window is kept again.

    For owners, managers and dispatchers.
    """
    booking = await service.plan_arrival(session, actor, booking_id, body.arrives_at, if_match)
    return await answer_booking(session, actor, booking, response)
