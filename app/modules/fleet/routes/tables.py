from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.tables import TableRefused
from app.modules.fleet.access import CrewExport, FleetRead, FleetWrite
from app.modules.fleet.errors import LicenseTaken, PlateTaken
from app.modules.fleet.schemas.tables import ImportOut, ImportQuery
from app.modules.fleet.service import exports, imports
from app.modules.identity.public import StepUpRequired
from app.runtime.resources import resources_of
from app.runtime.web.csv_body import CSV_ANSWER, CSV_BODY, CsvText, csv_answer
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1", tags=["fleet"], route_class=IdempotentRoute)

Asked = Annotated[ImportQuery, Query()]
TRUCKS: Final = "trucks.csv"
DRIVERS: Final = "drivers.csv"


@router.get("/trucks.csv", response_class=Response, responses=CSV_ANSWER | problems())
async def export_trucks(actor: FleetRead, session: Read) -> Response:
    """Your trucks in service as a table that can be imported again. For members of the company."""
    return csv_answer(await exports.export_trucks(session, actor), TRUCKS)


@router.post("/trucks/import", responses=problems(TableRefused, PlateTaken), openapi_extra=CSV_BODY)
async def import_trucks(actor: FleetWrite, text: CsvText, session: Write, request: Request, query: Asked) -> ImportOut:
    """Put the trucks of a table into service, all or none: text/csv, 500 rows at most, the columns as in trucks.csv.

    A fault's pointer is `/line/column`; the heading is line 1. For owners and managers.
    """
    lines = await imports.read_trucks(resources_of(request).ports, text)
    ids = await imports.import_trucks(session, actor, lines, dry_run=query.dry_run)
    return ImportOut(dry_run=query.dry_run, rows=len(lines), ids=ids)


@router.get("/drivers.csv", response_class=Response, responses=CSV_ANSWER | problems(StepUpRequired))
async def export_drivers(actor: CrewExport, session: Read) -> Response:
    """Your drivers and helpers in service as a table that can be imported again. It holds everybody's numbers,
    so a person proves anew who they are when the last proof is older than five minutes (POST /v1/auth/step-up).

    For owners, managers and dispatchers.
    """
    return csv_answer(await exports.export_drivers(session, actor), DRIVERS)


@router.post("/drivers/import", responses=problems(TableRefused, LicenseTaken), openapi_extra=CSV_BODY)
async def import_drivers(actor: FleetWrite, text: CsvText, session: Write, query: Asked) -> ImportOut:
    """Put the drivers and helpers of a table into service, all or none: text/csv, 500 rows at most, the columns as in
    drivers.csv.

    A fault's pointer is `/line/column`; the heading is line 1. For owners and managers.
    """
    lines = imports.read_drivers(actor, text)
    ids = await imports.import_drivers(session, actor, lines, dry_run=query.dry_run)
    return ImportOut(dry_run=query.dry_run, rows=len(lines), ids=ids)
