from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.kernel.permissions import StaffPermission
from app.modules.files import public as files
from app.modules.ops.access import CompaniesRead, CompaniesSuspend, staff_of
from app.modules.ops.errors import SaidTooLittle
from app.modules.ops.schemas.companies import (
    BookingQuery,
    CompanyFileOut,
    CompanyQuery,
    FoundBookingsOut,
    FoundCompanyOut,
    PaperFileOut,
    ReasonIn,
    ReviewedSuspensionOut,
    SuspendedOut,
)
from app.modules.ops.service import companies
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.public import CompanyNotSuspended, CompanyNotVerified, CompanySuspended
from app.runtime.auth.dependencies import CurrentStaff
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write, identity_of

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/orgs", responses=problems(CursorRefused))
async def list_companies(
    query: Annotated[CompanyQuery, Query()],
    actor: CompaniesRead,
    pager: Paging,
    session: Write,
    request: Request,
    response: Response,
) -> Page[FoundCompanyOut]:
    """Companies by name, or by anything that somebody on the phone can say; each one's trail tells of it. For staff."""
    rows = await companies.list_companies(session, resources_of(request), actor, pager.page(query), query)
    page, after = cut(rows, query.limit, lambda company: (company.name, company.id))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=page, next_cursor=cursor)


@router.get("/orgs/{org_id}", responses=problems(OrgNotFound))
async def show_company(org_id: UUID, actor: CompaniesRead, session: Write) -> CompanyFileOut:
    """A company with its papers, requests, suspensions, steps and open bookings; its trail tells of it. For staff."""
    return await companies.show_company(session, actor, org_id)


@router.get("/orgs/{org_id}/papers/{upload_id}", responses=problems(files.UploadNotFound, files.FilesUnavailable))
async def open_paper(org_id: UUID, upload_id: UUID, caller: CurrentStaff, request: Request) -> PaperFileOut:
    """The file of a company's policy or document, to read before it is believed; its trail tells of it. For staff."""
    resources = resources_of(request)
    async with resources.database.write(identity_of(request)) as session:
        actor = await staff_of(session, caller, StaffPermission.COMPANIES_READ)
        paper = await companies.find_paper(session, actor, org_id, upload_id)
    # The store is asked when the transaction has ended.
    links = await files.links_to(resources.ports.objects, paper, actor.now, resources.settings.uploads.link_seconds)
    return PaperFileOut(
        id=paper.id,
        file_name=paper.file_name,
        content_type=paper.content_type,
        size_bytes=paper.size_bytes,
        url=links.url,
        thumbnail_url=links.thumbnail_url,
    )


@router.get("/bookings", responses=problems(SaidTooLittle))
async def find_bookings(
    query: Annotated[BookingQuery, Query()], actor: CompaniesRead, session: Write, request: Request
) -> FoundBookingsOut:
    """The bookings that a customer on the phone means, the latest first, and whose they are; each company's trail tells
    of it. For staff.
    """
    found = await companies.find_bookings(session, resources_of(request), actor, query.said)
    return FoundBookingsOut(items=found)


@router.post("/orgs/{org_id}/suspend", responses=problems(OrgNotFound, CompanySuspended, CompanyNotVerified))
async def suspend_company(org_id: UUID, body: ReasonIn, actor: CompaniesSuspend, session: Write) -> SuspendedOut:
    """Take a verified company out of the market; its bookings are listed and stay, their customers are told.

    For reviewers and admins.
    """
    return await companies.suspend_company(session, actor, org_id, body.reason)


@router.post("/orgs/{org_id}/reinstate", responses=problems(OrgNotFound, CompanyNotSuspended))
async def reinstate_company(org_id: UUID, actor: CompaniesSuspend, session: Write) -> ReviewedSuspensionOut:
    """Let a suspended company back into the market. For reviewers and admins."""
    return await companies.reinstate_company(session, actor, org_id)
