from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.kernel.actor import LinkHolder, LinkScope
from app.kernel.money import money_out
from app.modules.bookings.access import BookingsWrite
from app.modules.bookings.errors import BookingNotFound, PriceChanged
from app.modules.bookings.routes.answers import BookingCare, foreseen_out, linked_fields
from app.modules.bookings.routes.reschedule import REFUSALS
from app.modules.bookings.schemas import PreviewIn, ReschedulableOut, RescheduleIn, RescheduleLinkOut, RescheduleOut
from app.modules.bookings.service import given_links, reschedule_link
from app.modules.bookings.service.given_links import RESCHEDULING, Opened
from app.modules.calendar.public import DayFull, SlotTaken
from app.runtime.auth.links import SignedLinkRefused, link_holder, links_of
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_link
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Read

# Without kept answers: a link that was used is spent, and so is not used twice.
router = APIRouter(prefix="/v1", tags=["bookings"], route_class=TransactionalRoute)


async def limited_holder(
    request: Request, holder: Annotated[LinkHolder, Depends(link_holder(LinkScope.RESCHEDULE))]
) -> LinkHolder:
    """Raises: SignedLinkRefused (404), TooManyRequests (429)."""
    await limit_link(request, holder.booking_id)
    return holder


RescheduleHolder = Annotated[LinkHolder, Depends(limited_holder)]


@router.get("/bookings/{booking_id}/reschedule-link", responses=problems(BookingNotFound))
async def show_reschedule_link(
    booking_id: UUID, actor: BookingsWrite, session: Read, request: Request
) -> RescheduleLinkOut:
    """The link by which whoever has it gives this move another time, once. For customers and the office."""
    links = links_of(resources_of(request))
    return RescheduleLinkOut.model_validate(await given_links.show_link(session, links, RESCHEDULING, booking_id))


@router.post("/bookings/{booking_id}/reschedule-link/renew", responses=problems(BookingNotFound))
async def renew_reschedule_link(
    booking_id: UUID, actor: BookingsWrite, session: BookingCare, request: Request
) -> RescheduleLinkOut:
    """Make another link; those given out before open nothing any more. For customers and the office."""
    links = links_of(resources_of(request))
    renewed = await given_links.renew_link(session, links, RESCHEDULING, actor, booking_id)
    return RescheduleLinkOut.model_validate(renewed)


@router.get("/reschedule", responses=problems(SignedLinkRefused))
async def show_reschedulable(holder: RescheduleHolder, request: Request) -> ReschedulableOut:
    """The move that a link gives another time, as it stands. For anyone who has the link."""
    return _reschedulable(await reschedule_link.open_link(resources_of(request).database, holder))


@router.post("/reschedule/preview", responses=problems(SignedLinkRefused, *REFUSALS))
async def foresee_reschedule_by_link(body: PreviewIn, holder: RescheduleHolder, request: Request) -> RescheduleOut:
    """What the move costs at another time, and whether that is free. For anyone who has the link."""
    resources = resources_of(request)
    market = resources.settings.market
    return foreseen_out(await reschedule_link.foresee_by_link(resources.database, holder, body.starts_at, market))


@router.post("/reschedule", responses=problems(SignedLinkRefused, *REFUSALS, PriceChanged, SlotTaken, DayFull))
async def reschedule_by_link(body: RescheduleIn, holder: RescheduleHolder, request: Request) -> ReschedulableOut:
    """Give the move another start at the price shown; the link is spent, a new one is sent. For anyone who has it."""
    resources = resources_of(request)
    market = resources.settings.market
    return _reschedulable(await reschedule_link.reschedule_by_link(resources.database, holder, body, market))


def _reschedulable(opened: Opened) -> ReschedulableOut:
    booking = opened.booking
    return ReschedulableOut(**linked_fields(opened), total=money_out(booking.total, booking.currency))
