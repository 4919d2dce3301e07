from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.kernel.localtime import LocalTimeRefused
from app.modules.bookings import service
from app.modules.bookings.access import AvailabilityRead, BoardRead, JobsRead, sees_prices
from app.modules.bookings.routes.answers import booking_out
from app.modules.bookings.schemas import (
    AvailabilityOut,
    AvailabilityQuery,
    BoardOut,
    BoardQuery,
    BusyOut,
    DriveOut,
    FreeResourceOut,
    JobOut,
    JobsOut,
    JobsQuery,
    WindowOut,
)
from app.modules.calendar.public import ResourceNotFound, WindowRefused
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read

router = APIRouter(prefix="/v1", tags=["calendar"], route_class=IdempotentRoute)


@router.get("/calendar", response_model=BoardOut, responses=problems(ResourceNotFound))
async def show_board(query: Annotated[BoardQuery, Query()], actor: BoardRead, session: Read) -> Response:
    """Your trucks and people on a day or in a week, and what takes them.

    For members; drivers see their own lane, and of no job what it costs.
    """
    board = await service.show_board(session, actor, query, tells_total=sees_prices(actor))
    return Response(board, media_type="application/json")


@router.get("/drivers/{driver_id}/jobs", responses=problems(ResourceNotFound))
async def list_jobs(driver_id: UUID, query: Annotated[JobsQuery, Query()], actor: JobsRead, session: Read) -> JobsOut:
    """The jobs of one of your crew on a day, with places and whom to call; today's without one. Of a move of several
    days the legs that they are on.

    For the office; for drivers their own.
    """
    jobs = await service.list_jobs(session, actor, driver_id, query.day)
    name = await service.organization_name(session, jobs[0].booking) if jobs else ""
    return JobsOut(
        items=[
            JobOut(
                **dict(booking_out(session, job.booking, name, actor)),
                leg=job.leg,
                on_duty=WindowOut.model_validate(job.on_duty),
                drive=job.drive and DriveOut.model_validate(job.drive),
            )
            for job in jobs
        ]
    )


@router.get("/availability", responses=problems(LocalTimeRefused, WindowRefused))
async def show_availability(
    query: Annotated[AvailabilityQuery, Query()], actor: AvailabilityRead, session: Read
) -> AvailabilityOut:
    """What you have free for a window, what is taken then, and when else it would do.

    For the office and accountants.
    """
    seen = await service.show_availability(session, actor, query)
    busy = [
        BusyOut(resource_id=key, windows=[WindowOut.model_validate(window) for window in windows])
        for key, windows in seen.busy.items()
    ]
    return AvailabilityOut(
        fits=seen.fits,
        free=[FreeResourceOut(resource_id=one.id, kind=one.kind) for one in seen.free],
        busy=busy,
        next_windows=[WindowOut.model_validate(window) for window in seen.next_windows],
    )
