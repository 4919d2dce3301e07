from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.places import Place, PlaceIn
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.orgs import repository
from app.modules.orgs.errors import BranchClosed, BranchNotFound
from app.modules.orgs.models import Branch
from app.modules.orgs.schemas.branches import BranchIn, BranchPatch
from app.runtime.db.session import ReadSession, WriteSession

TOLD: Final = ("name", "phone", "address")


async def locate_address(ports: Ports, address: PlaceIn) -> Place:
    """The ports step of opening or moving a branch. Raises: PlaceNotLocated (422)."""
    return await locate_place(ports.geocoder, address, pointer="/address")


async def open_branch(session: WriteSession, actor: Mover, body: BranchIn, address: Place) -> Branch:
    """Raises: BranchNameTaken (409)."""
    branch = Branch(
        org_id=actor.org_id,
        id=new_id(),
        name=body.name,
        phone=body.phone,
        address=address.model_dump(mode="json"),
        closed_at=None,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    await repository.insert_branch(session, branch)
    record(session, actor, Change("orgs.branch_opened", "branch", branch.id, after=fields_of(branch, TOLD)))
    return branch


async def list_branches(session: ReadSession, actor: Mover, page: PageRequest) -> Sequence[Branch]:
    """Up to one row more than the page holds, the oldest first, closed ones too."""
    return await repository.list_branches(session, actor.org_id, page)


async def show_branch(session: ReadSession, actor: Mover, branch_id: UUID) -> Branch:
    """Raises: BranchNotFound (404)."""
    branch = await repository.get_branch(session, actor.org_id, branch_id)
    if branch is None:
        raise BranchNotFound
    return branch


async def _lock_branch(session: WriteSession, actor: Mover, branch_id: UUID, version: int | None) -> Branch:
    branch = await repository.lock_branch(session, actor.org_id, branch_id)
    if branch is None:
        raise BranchNotFound
    check_version(branch.version, version)
    return branch


async def change_branch(
    session: WriteSession,
    actor: Mover,
    branch_id: UUID,
    patch: BranchPatch,
    *,
    address: Place | None,
    version: int | None,
) -> Branch:
    """Change a branch. `address` is the patch's, located.

    Locks: the branch. Raises: BranchNotFound (404), PreconditionFailed (412), BranchClosed (409), BranchNameTaken
    (409).
    """
    branch = await _lock_branch(session, actor, branch_id, version)
    if branch.closed_at is not None:
        raise BranchClosed
    before = fields_of(branch, patch.model_fields_set)
    located = {} if address is None else {"address": address.model_dump(mode="json")}
    branch.change(actor.now, **patch.model_dump(exclude_unset=True, exclude={"address"}), **located)
    await session.flush()
    record(session, actor, Change("orgs.branch_changed", "branch", branch.id, before, fields_of(branch, before)))
    return branch


async def close_branch(session: WriteSession, actor: Mover, branch_id: UUID, version: int | None) -> None:
    """Trucks and people that belong to it keep saying so until they are given to another. Twice is as once.

    Locks: the branch. Raises: BranchNotFound (404), PreconditionFailed (412).
    """
    branch = await _lock_branch(session, actor, branch_id, version)
    if branch.closed_at is not None:
        return
    branch.change(actor.now, closed_at=actor.now)
    record(session, actor, Change("orgs.branch_closed", "branch", branch_id))


async def require_open(session: WriteSession, org_id: UUID, branch_id: UUID) -> None:
    """Locks: the branch, so that it is not closed meanwhile. Raises: BranchNotFound (404), BranchClosed (409)."""
    branch = await repository.lock_branch(session, org_id, branch_id)
    if branch is None:
        raise BranchNotFound
    if branch.closed_at is not None:
        raise BranchClosed
