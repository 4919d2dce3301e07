from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed
from app.kernel.paging import ListQuery, Page, cut
from app.kernel.ports.geocoding import PlaceNotLocated
from app.modules.orgs.access import OrgRead, OrgWrite
from app.modules.orgs.errors import BranchClosed, BranchNameTaken, BranchNotFound
from app.modules.orgs.schemas.branches import BranchIn, BranchOut, BranchPatch
from app.modules.orgs.service import branches
from app.runtime.resources import resources_of
from app.runtime.web.etag import IfMatch, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org/branches", tags=["companies"], route_class=IdempotentRoute)


@router.post("", status_code=201, responses=problems(BranchNameTaken, PlaceNotLocated))
async def open_branch(
    body: BranchIn, actor: OrgWrite, session: Write, request: Request, response: Response
) -> BranchOut:
    """Open a branch that trucks and people may belong to. For owners and managers."""
    address = await branches.locate_address(resources_of(request).ports, body.address)
    branch = await branches.open_branch(session, actor, body, address)
    put_etag(response, branch.version)
    return BranchOut.model_validate(branch)


@router.get("", responses=problems(CursorRefused))
async def list_branches(
    query: Annotated[ListQuery, Query()], actor: OrgRead, pager: Paging, session: Read, response: Response
) -> Page[BranchOut]:
    """Your branches, the oldest first, closed ones too. For members of the company."""
    rows = await branches.list_branches(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda branch: (branch.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[BranchOut.model_validate(branch) for branch in page], next_cursor=cursor)


@router.get("/{branch_id}", responses=problems(BranchNotFound))
async def show_branch(branch_id: UUID, actor: OrgRead, session: Read, response: Response) -> BranchOut:
    """One of your branches. For members of the company."""
    branch = await branches.show_branch(session, actor, branch_id)
    put_etag(response, branch.version)
    return BranchOut.model_validate(branch)


@router.patch(
    "/{branch_id}",
    responses=problems(BranchNotFound, BranchClosed, BranchNameTaken, PlaceNotLocated, PreconditionFailed),
)
async def change_branch(
    branch_id: UUID,
    patch: BranchPatch,
    actor: OrgWrite,
    session: Write,
    request: Request,
    response: Response,
    if_match: IfMatch,
) -> BranchOut:
    """Change a branch. For owners and managers."""
    ports = resources_of(request).ports
    address = await branches.locate_address(ports, patch.address) if patch.address else None
    branch = await branches.change_branch(session, actor, branch_id, patch, address=address, version=if_match)
    put_etag(response, branch.version)
    return BranchOut.model_validate(branch)


@router.delete("/{branch_id}", status_code=204, responses=problems(BranchNotFound, PreconditionFailed))
async def close_branch(branch_id: UUID, actor: OrgWrite, session: Write, if_match: IfMatch) -> None:
    """Close a branch for good; what belongs to it keeps saying so. For owners and managers."""
    await branches.close_branch(session, actor, branch_id, if_match)
