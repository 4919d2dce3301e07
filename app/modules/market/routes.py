from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.kernel.actor import Mover
from app.kernel.localtime import LocalTimeRefused
from app.kernel.places import Place, PlaceOut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.calendar.public import WindowRefused
from app.modules.market import service
from app.modules.market.access import QuotesRead, QuotesWrite
from app.modules.market.errors import (
    NothingToPack,
    OfferExpired,
    OfferRefused,
    OfferWithdrawn,
    QuoteNotFound,
    SearchCursorRefused,
)
from app.modules.market.rules import legs_from_json
from app.modules.market.schemas import (
    DatesIn,
    DatesOut,
    ExplainOut,
    QuotedBy,
    QuoteIn,
    QuoteOut,
    SearchIn,
    SearchOut,
    arrival_window_out,
    legs_out,
)
from app.modules.market.service.quotes import Quoted
from app.modules.market.service.search import Terms
from app.modules.pricing.public import (
    EstimateChanged,
    EstimateExpired,
    EstimateRefused,
    UnknownItem,
    deposit_out,
    platform_fee_out,
    price_out,
)
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.limits import limit_search
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute, TransactionalRoute
from app.runtime.web.sessions import Read, read_as, write_as

searches = APIRouter(prefix="/v1", tags=["market"], route_class=TransactionalRoute)
router = APIRouter(prefix="/v1/quotes", tags=["market"], route_class=IdempotentRoute)

MarketRead = Annotated[ReadSession, read_as(Audience.MARKET)]
QuoteWrite = Annotated[WriteSession, write_as(Audience.BOOKING)]
WISH_REFUSED = (
    PlaceNotLocated,
    LocalTimeRefused,
    WindowRefused,
    UnknownItem,
    EstimateRefused,
    EstimateChanged,
    EstimateExpired,
    NothingToPack,
)


@searches.post(
    "/search",
    dependencies=[Depends(limit_search)],
    responses=problems(*WISH_REFUSED, SearchCursorRefused),
)
async def search(body: SearchIn, session: MarketRead, request: Request) -> SearchOut:
    """Who can do this move, and for how much: verified companies that are really free. For anyone."""
    resources = resources_of(request)
    now = resources.clock.now()
    asked = await service.locate_search(resources.ports, resources.signer, body, now)
    terms = Terms(resources.signer, now, timedelta(minutes=resources.settings.market.offer_minutes))
    return await service.search(session, terms, body, asked)


@searches.post(
    "/search/dates",
    dependencies=[Depends(limit_search)],
    responses=problems(*WISH_REFUSED),
)
async def search_dates(body: DatesIn, session: MarketRead, request: Request) -> DatesOut:
    """The cheapest price of this move on each of the next sixty days, among those who are free then. For anyone."""
    resources = resources_of(request)
    now = resources.clock.now()
    asked = await service.locate_search(resources.ports, resources.signer, body, now)
    return await service.search_dates(session, body, asked, now)


def quote_out(quoted: Quoted, now: datetime) -> QuoteOut:
    quote = quoted.quote
    taken = (
        "id",
        "status",
        "booking_id",
        "starts_at",
        "ends_at",
        "pickup_zone",
        "crew_size",
        "volume_cuft",
        "weight_lb",
    )
    also = ("distance_miles", "duration_hours", "expires_at", "created_at")
    fields = {name: getattr(quote, name) for name in (*taken, *also)}
    return QuoteOut(
        **fields,
        is_expired=quote.expires_at <= now,
        organization=QuotedBy(id=quote.org_id, name=quoted.organization_name),
        price=price_out(quote.price),
        deposit=deposit_out(quote.price),
        arrival_window=arrival_window_out(quote.starts_at, quote.arrives_until),
        legs=legs_out(legs_from_json(quote.legs)),
        origin=PlaceOut.model_validate(Place.model_validate(quote.origin)),
        destination=PlaceOut.model_validate(Place.model_validate(quote.destination)),
    )


@router.post("", status_code=201, responses=problems(OfferRefused, OfferExpired, OfferWithdrawn))
async def make_quote(body: QuoteIn, actor: QuotesWrite, session: QuoteWrite, request: Request) -> QuoteOut:
    """Pin the price of an offer of a search. For customers."""
    resources = resources_of(request)
    lifetime = timedelta(hours=resources.settings.market.quote_hours)
    quoted = await service.make_quote(session, resources.signer, actor, body.offer_id, lifetime)
    return quote_out(quoted, actor.now)


@router.get("/{quote_id}", responses=problems(QuoteNotFound))
async def show_quote(quote_id: UUID, actor: QuotesRead, session: Read) -> QuoteOut:
    """One quote. For its customer and members of its company."""
    return quote_out(await service.show_quote(session, quote_id), actor.now)


@router.get("/{quote_id}/explain", responses=problems(QuoteNotFound))
async def explain_quote(quote_id: UUID, actor: QuotesRead, session: Read) -> ExplainOut:
    """What the price was made of: inputs, version and lines. For its customer and members of its company."""
    quote = await service.explain_quote(session, quote_id)
    return ExplainOut(
        quote_id=quote.id,
        pricing_config_id=quote.pricing_config_id,
        config_version=quote.price["config_version"],
        inputs=quote.job,
        price=price_out(quote.price),
        deposit=deposit_out(quote.price),
        platform_fee=platform_fee_out(quote.price) if isinstance(actor, Mover) else None,
    )
