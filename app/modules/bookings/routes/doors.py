from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.modules.bookings import service
from app.modules.bookings.access import BookingsManage, BookingsWrite, PolicyRead, PolicyWrite
from app.modules.bookings.errors import BookingNotFound, DoorCodesAreTheCustomers, DoorCodesNotAsked
from app.modules.bookings.routes.answers import BookingCare, BookingWrite, answer_booking
from app.modules.bookings.schemas import (
    BookingOut,
    BookingRulesIn,
    BookingRulesOut,
    DoorCodesOut,
    DoorOut,
    WaiveIn,
)
from app.modules.bookings.service.company_rules import CompanyRules
from app.modules.bookings.values import Door
from app.runtime.auth.dependencies import CurrentCustomer
from app.runtime.db.session import ReadSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write, read_as

router = APIRouter(prefix="/v1", tags=["bookings"], route_class=IdempotentRoute)

CodesRead = Annotated[ReadSession, read_as(Audience.BOOKING)]


@router.get("/bookings/{booking_id}/door-codes", responses=problems(BookingNotFound))
async def show_door_codes(
    booking_id: UUID, actor: CurrentCustomer, session: CodesRead, request: Request
) -> DoorCodesOut:
    """The codes to give to the crew before they load, and when all is unloaded. For the customer alone."""
    codes = await service.show_door_codes(session, resources_of(request).pepper, actor, booking_id)
    shown = {door: DoorOut.model_validate(code) for door, code in codes.items()}
    return DoorCodesOut(pickup=shown.get(Door.PICKUP), delivery=shown.get(Door.DELIVERY))


@router.post(
    "/bookings/{booking_id}/door-codes/renew",
    status_code=204,
    responses=problems(BookingNotFound, DoorCodesNotAsked, DoorCodesAreTheCustomers),
)
async def renew_door_codes(booking_id: UUID, actor: BookingsWrite, session: BookingCare) -> None:
    """Make new codes, with all tries again. For the customer; the office, for one who booked on the phone."""
    await service.renew_door_codes(session, actor, booking_id)


@router.post("/bookings/{booking_id}/door-codes/waive", responses=problems(BookingNotFound, DoorCodesNotAsked))
async def waive_door_codes(
    booking_id: UUID, body: WaiveIn, actor: BookingsManage, session: BookingWrite, response: Response
) -> BookingOut:
    """Go on without the codes; the reason stands in the history for the customer too. For owners and managers."""
    booking = await service.waive_door_codes(session, actor, booking_id, body.reason)
    return await answer_booking(session, actor, booking, response)


@router.get("/org/booking-rules")
async def show_rules(actor: PolicyRead, session: Read, response: Response) -> BookingRulesOut:
    """What your company asks of its bookings. For its members."""
    return _answer(await service.rules_of(session, actor.org_id), response)


@router.put("/org/booking-rules", responses=problems(PreconditionFailed))
async def set_rules(
    body: BookingRulesIn, actor: PolicyWrite, session: Write, response: Response, if_match: IfMatch
) -> BookingRulesOut:
    """Choose for bookings to come; those that stand keep theirs. For owners and managers."""
    return _answer(await service.set_rules(session, actor, body, if_match), response)


def _answer(rules: CompanyRules, response: Response) -> BookingRulesOut:
    put_etag(response, rules.version)
    return BookingRulesOut(
        door_codes=rules.door_codes, turnaround_minutes=rules.turnaround_minutes, version=rules.version
    )
