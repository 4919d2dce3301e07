from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.actor import Customer
from app.kernel.errors import PreconditionFailed, PreconditionRequired
from app.kernel.localtime import LocalTimeRefused
from app.kernel.paging import Page, cut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.bookings import service
from app.modules.bookings.access import BookingsDispatch, BookingsRead, BookingsWork, BookingsWrite, sees_prices
from app.modules.bookings.errors import (
    BookingNotFound,
    BookingNotHeld,
    CompanyNotBookable,
    ContactErased,
    ContactUnreadable,
    CrewIncomplete,
    CurrencyMismatch,
    DoorCodeLocked,
    DoorCodeRequired,
    DoorCodeWrong,
    HasLegs,
    HoldExpired,
    IllegalStep,
    LegNotFound,
    NotEquipped,
    NotPriceable,
    OutsideTerms,
    PapersEndBefore,
    PhoneNotProven,
    QuoteAlreadyBooked,
    TooManyHolds,
    TruckTooSmall,
    WrongWayToBook,
)
from app.modules.bookings.routes.answers import (
    BookingCare,
    BookingWrite,
    answer_booking,
    booking_out,
    photos_out,
    step_out,
)
from app.modules.bookings.schemas import (
    AssignIn,
    BookingFilter,
    BookingIn,
    BookingOut,
    BookingPatch,
    BookingSummary,
    CompleteIn,
    HistoryOut,
    LoadIn,
    StepIn,
    report_of,
)
from app.modules.bookings.values import BookingStatus, DayStep
from app.modules.calendar.public import DayFull, ResourceNotFound, SlotTaken, TooLarge, WindowRefused
from app.modules.files.public import UploadAlreadyAttached, UploadNotClean, UploadNotFound, UploadOfOtherKind
from app.modules.market.public import QuoteExpired, QuoteNotFound
from app.modules.pricing.public import DiscountUsedUp, NotPriced
from app.runtime.db.session import ReadSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatchRequired, put_etag
from app.runtime.web.limits import limit_holds
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.problems import problem_response
from app.runtime.web.route import KEY_REQUIRED, IdempotencyKeyRequired, IdempotentRoute
from app.runtime.web.sessions import Hot, Read, read_as

router = APIRouter(prefix="/v1/bookings", tags=["bookings"], route_class=IdempotentRoute)

HistoryRead = Annotated[ReadSession, read_as(Audience.BOOKING)]

AT_THE_DOOR = (DoorCodeRequired, DoorCodeWrong, DoorCodeLocked)
SHOWN = (UploadNotFound, UploadOfOtherKind, UploadNotClean, UploadAlreadyAttached)
ON_HOLD = (
    QuoteNotFound,
    QuoteExpired,
    QuoteAlreadyBooked,
    TooManyHolds,
    PhoneNotProven,
    CompanyNotBookable,
    OutsideTerms,
    PapersEndBefore,
    SlotTaken,
    DayFull,
    TooLarge,
    ResourceNotFound,
    CrewIncomplete,
    TruckTooSmall,
    NotEquipped,
    NotPriced,
    NotPriceable,
    PlaceNotLocated,
    LocalTimeRefused,
    WindowRefused,
    IdempotencyKeyRequired,
    WrongWayToBook,
)


@router.post("", status_code=201, openapi_extra=KEY_REQUIRED, responses=problems(*ON_HOLD))
async def hold_booking(
    body: BookingIn, actor: BookingsWrite, session: BookingWrite, request: Request, response: Response
) -> BookingOut:
    """Hold a quote's trucks and crew for 15 minutes. For customers; by hand for owners, managers, dispatchers."""
    resources = resources_of(request)
    if isinstance(actor, Customer):
        await limit_holds(request)
    held = await service.hold(session, resources.ports, actor, body, resources.settings.market)
    put_etag(response, held.booking.version)
    return booking_out(session, held.booking, held.organization_name, actor)


@router.get("", response_model=Page[BookingSummary], responses=problems(CursorRefused))
async def list_bookings(
    query: Annotated[BookingFilter, Query()], actor: BookingsRead, pager: Paging, hot: Hot
) -> Response:
    """Your company's bookings, or your own across companies, the latest start first. For members and customers."""
    filters, tells_total = query.filters(), sees_prices(actor)
    rows = await service.list_bookings(hot, actor, pager.page(query), filters, tells_total=tells_total)
    page, after = cut(rows, query.limit, lambda row: (row[0].isoformat(), row[1]))
    return pager.json_page(query, [row[2] for row in page], after)


@router.get("/{booking_id}", responses=problems(BookingNotFound))
async def show_booking(booking_id: UUID, actor: BookingsRead, session: Read, response: Response) -> BookingOut:
    """One booking. For members of the company and the customer."""
    shown = await service.show_booking(session, booking_id)
    put_etag(response, shown.booking.version)
    return booking_out(session, shown.booking, shown.organization_name, actor)


@router.patch(
    "/{booking_id}",
    responses=problems(
        BookingNotFound, HoldExpired, ContactErased, ContactUnreadable, PreconditionFailed, PreconditionRequired
    ),
)
async def change_contact(
    booking_id: UUID,
    patch: BookingPatch,
    actor: BookingsWrite,
    session: BookingCare,
    response: Response,
    if_match: IfMatchRequired,
) -> BookingOut:
    """Change whom the crew calls. For customers, owners, managers and dispatchers."""
    booking = await service.change_contact(session, actor, booking_id, patch.contact, if_match)
    return await answer_booking(session, actor, booking, response)


@router.post(
    "/{booking_id}/confirm",
    responses=problems(BookingNotFound, BookingNotHeld, HoldExpired, CompanyNotBookable, DiscountUsedUp),
)
async def confirm_booking(
    booking_id: UUID, actor: BookingsWrite, session: BookingWrite, response: Response
) -> BookingOut:
    """Confirm a held booking: its trucks and crew are yours on the moving day. For customers and dispatchers."""
    confirmed = await service.confirm_booking(session, actor, booking_id)
    put_etag(response, confirmed.booking.version)
    return booking_out(session, confirmed.booking, confirmed.organization_name, actor)


@router.post(
    "/{booking_id}/assign",
    responses=problems(
        BookingNotFound,
        ResourceNotFound,
        IllegalStep,
        SlotTaken,
        CrewIncomplete,
        TruckTooSmall,
        NotEquipped,
        PapersEndBefore,
        HasLegs,
        LegNotFound,
    ),
)
async def assign_booking(
    booking_id: UUID, body: AssignIn, actor: BookingsDispatch, session: BookingCare, response: Response
) -> BookingOut:
    """Give it, or a leg of it, these trucks and people instead of what it has. For owners, managers and dispatchers."""
    booking = await service.assign_booking(session, actor, booking_id, body)
    return await answer_booking(session, actor, booking, response)


@router.post("/{booking_id}/start", responses=problems(BookingNotFound, IllegalStep, *SHOWN))
async def start_booking(
    booking_id: UUID, actor: BookingsWork, session: BookingWrite, response: Response, body: StepIn | None = None
) -> BookingOut:
    """The truck is on its way. For the office and drivers."""
    booking = await service.start_booking(session, actor, booking_id, body)
    return await answer_booking(session, actor, booking, response)


@router.post(
    "/{booking_id}/complete",
    response_model=BookingOut,
    responses=problems(BookingNotFound, IllegalStep, NotPriced, CurrencyMismatch, *AT_THE_DOOR, *SHOWN),
)
async def complete_booking(
    booking_id: UUID,
    body: CompleteIn,
    actor: BookingsWork,
    session: BookingWrite,
    request: Request,
    response: Response,
) -> BookingOut | Response:
    """The goods are delivered: the final price is made of the work as done. For the office and drivers."""
    done = await service.complete_booking(session, resources_of(request).pepper, actor, booking_id, body)
    if isinstance(done, DoorCodeWrong):
        return problem_response(done, request.url.path)  # not raised: the spent try is to be committed
    return await answer_booking(session, actor, done, response)


@router.post(
    "/{booking_id}/load",
    response_model=BookingOut,
    responses=problems(BookingNotFound, IllegalStep, *AT_THE_DOOR, *SHOWN),
)
async def report_load(
    booking_id: UUID,
    actor: BookingsWork,
    session: BookingWrite,
    request: Request,
    response: Response,
    body: LoadIn | None = None,
) -> BookingOut | Response:
    """Report from the road: loading. With the customer's code, where you ask for it. For the office and drivers."""
    report = report_of(BookingStatus.LOADING, body)
    done = await service.advance_booking(session, resources_of(request).pepper, actor, booking_id, report)
    if isinstance(done, DoorCodeWrong):
        return problem_response(done, request.url.path)  # not raised: the spent try is to be committed
    return await answer_booking(session, actor, done, response)


@router.get("/{booking_id}/history", responses=problems(BookingNotFound))
async def list_history(booking_id: UUID, actor: BookingsRead, session: HistoryRead, request: Request) -> HistoryOut:
    """Every step of a booking, the first first, with its photos. For members of the company and the customer."""
    history = await service.list_history(session, actor, booking_id)
    await session.close()  # no transaction waits for the store
    photos = await photos_out(resources_of(request), history.photos, actor.now)
    return HistoryOut(items=[step_out(step, photos) for step in history.steps])


def _report(step: DayStep) -> None:
    """A route of its own for each step: a pattern would swallow what other modules hang below a booking."""

    async def report(
        booking_id: UUID,
        actor: BookingsWork,
        session: BookingWrite,
        request: Request,
        response: Response,
        body: StepIn | None = None,
    ) -> BookingOut:
        told = report_of(step.leads_to, body)
        done = await service.advance_booking(session, resources_of(request).pepper, actor, booking_id, told)
        assert not isinstance(done, DoorCodeWrong)  # noqa: S101 - no code is asked at these steps
        return await answer_booking(session, actor, done, response)

    router.add_api_route(
        f"/{{booking_id}}/{step}",
        report,
        methods=["POST"],
        name=f"report_{step.name.lower()}",
        description=f"Report from the road: {step.leads_to.replace('_', ' ')}. For the office and drivers.",
        responses=problems(BookingNotFound, IllegalStep, *SHOWN),
    )


# Loading may ask for a code; a no-show ends the booking and costs somebody something: they stand by themselves.
for _step in (DayStep.ARRIVE, DayStep.DEPART, DayStep.UNLOAD):
    _report(_step)
