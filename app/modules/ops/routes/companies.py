from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.paging import Page, cut
from app.modules.ops.access import CompaniesRead, CompaniesSuspend
from app.modules.ops.schemas.companies import (
    BookingQuery,
    CompanyFileOut,
    CompanyQuery,
    FoundBookingsOut,
    FoundCompanyOut,
    ReasonIn,
    ReviewedSuspensionOut,
    SuspendedOut,
)
from app.modules.ops.service import companies
from app.modules.orgs.public import OrgNotFound
from app.modules.verification.public import CompanyNotSuspended, CompanyNotVerified, CompanySuspended
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

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


@router.get("/bookings")
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
