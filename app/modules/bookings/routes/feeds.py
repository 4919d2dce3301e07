from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.modules.bookings.access import FeedsKeep
from app.modules.bookings.errors import FeedNotFound, TooManyFeeds
from app.modules.bookings.models import CalendarFeed
from app.modules.bookings.schemas import FeedIn, FeedOut, FeedsOut
from app.modules.bookings.service import feeds
from app.modules.calendar.public import ResourceNotFound
from app.runtime.resources import Resources, resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["calendar"], route_class=IdempotentRoute)


@router.post("/calendar-feeds", status_code=201, responses=problems(ResourceNotFound, TooManyFeeds))
async def add_feed(body: FeedIn, actor: FeedsKeep, session: Write, request: Request) -> FeedOut:
    """Make a link by which calendar programs read your moves. For owners, managers and dispatchers."""
    return _feed_out(resources_of(request), await feeds.add_feed(session, actor, body))


@router.get("/calendar-feeds")
async def list_feeds(actor: FeedsKeep, session: Read, request: Request) -> FeedsOut:
    """The links that are read, the oldest first. For owners, managers and dispatchers."""
    resources = resources_of(request)
    return FeedsOut(items=[_feed_out(resources, feed) for feed in await feeds.list_feeds(session, actor)])


@router.delete("/calendar-feeds/{feed_id}", status_code=204, responses=problems(FeedNotFound))
async def revoke_feed(feed_id: UUID, actor: FeedsKeep, session: Write) -> None:
    """Its link opens nothing any more. For owners, managers and dispatchers."""
    await feeds.revoke_feed(session, actor, feed_id)


@router.get(
    "/calendar.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}, **problems(FeedNotFound)},
)
async def read_feed(request: Request, token: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """Confirmed moves from sixty days ago on, as iCalendar (RFC 5545). For anyone who has the link."""
    resources = resources_of(request)
    text = await feeds.read_feed(resources.database, resources.ports, resources.signer, token, resources.clock.now())
    return Response(text, media_type="text/calendar; charset=utf-8")


def _feed_out(resources: Resources, feed: CalendarFeed) -> FeedOut:
    url = feeds.link_of(resources.signer, resources.settings.http.public_url, feed)
    return FeedOut(id=feed.id, name=feed.name, resource_id=feed.resource_id, created_at=feed.created_at, url=url)
