from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.kernel.actor import LinkHolder, LinkScope
from app.modules.bookings.access import BookingsWrite
from app.modules.bookings.errors import BookingNotFound
from app.modules.bookings.routes.answers import BookingCare, linked_fields
from app.modules.bookings.rules import steps_told
from app.modules.bookings.schemas import TrackedStepOut, TrackingLinkOut, TrackOut
from app.modules.bookings.service import given_links, tracking
from app.modules.bookings.service.given_links import TRACKING
from app.runtime.auth.links import SignedLinkRefused, link_holder, links_of
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import Read

# Without kept answers: a link is a permission, and asked for again it is the same one.
router = APIRouter(prefix="/v1", tags=["bookings"], route_class=TransactionalRoute)

TrackHolder = Annotated[LinkHolder, Depends(link_holder(LinkScope.TRACK))]


@router.get("/bookings/{booking_id}/tracking-link", responses=problems(BookingNotFound))
async def show_tracking_link(
    booking_id: UUID, actor: BookingsWrite, session: Read, request: Request
) -> TrackingLinkOut:
    """The link by which anyone may follow this move, until a week after it. For customers and the office."""
    links = links_of(resources_of(request))
    return TrackingLinkOut.model_validate(await given_links.show_link(session, links, TRACKING, booking_id))


@router.post("/bookings/{booking_id}/tracking-link/renew", responses=problems(BookingNotFound))
async def renew_tracking_link(
    booking_id: UUID, actor: BookingsWrite, session: BookingCare, request: Request
) -> TrackingLinkOut:
    """Make another link; those given out before open nothing any more. For customers and the office."""
    links = links_of(resources_of(request))
    renewed = await given_links.renew_link(session, links, TRACKING, actor, booking_id)
    return TrackingLinkOut.model_validate(renewed)


@router.get("/track", responses=problems(SignedLinkRefused))
async def track(holder: TrackHolder, request: Request) -> TrackOut:
    """Where a move stands: no name, no street, no price. For anyone who has the link."""
    found = await tracking.track(resources_of(request).database, holder)
    steps = [TrackedStepOut(status=status, at=at) for status, at in steps_told(found.steps)]
    return TrackOut(**linked_fields(found.opened), steps=steps)
