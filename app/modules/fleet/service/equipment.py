from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.calendar import public as calendar
from app.modules.calendar.public import ResourceKind, ResourceSpec
from app.modules.fleet import repository
from app.modules.fleet.errors import EquipmentNotFound, PieceIsOne, Retired
from app.modules.fleet.models import Equipment
from app.modules.fleet.schemas.equipment import EquipmentIn, EquipmentPatch
from app.modules.fleet.schemas.trucks import FleetQuery
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession

TOLD: Final = ("name", "kind", "stock", "is_piece", "branch_id")


async def add_equipment(session: WriteSession, actor: Mover, body: EquipmentIn) -> Equipment:
    """A piece becomes a resource under the same id.

    Locks: its branch. Raises: EquipmentNameTaken (409), BranchNotFound (404), BranchClosed (409).
    """
    if body.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, body.branch_id)
    equipment = Equipment(
        org_id=actor.org_id,
        id=new_id(),
        **body.model_dump(),
        retired_at=None,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    if equipment.is_piece:
        await calendar.register_resource(session, actor.org_id, ResourceSpec(equipment.id, ResourceKind.EQUIPMENT))
    await repository.insert_equipment(session, equipment)
    after = fields_of(equipment, TOLD)
    record(session, actor, Change("fleet.equipment_added", "equipment", equipment.id, after=after))
    return equipment


async def list_equipment(
    session: ReadSession, actor: Mover, page: PageRequest, wanted: FleetQuery
) -> Sequence[Equipment]:
    """Up to one row more than the page holds, the oldest first."""
    return await repository.list_equipment(session, actor.org_id, page, wanted)


async def show_equipment(session: ReadSession, actor: Mover, equipment_id: UUID) -> Equipment:
    """Raises: EquipmentNotFound (404)."""
    equipment = await repository.get_equipment(session, actor.org_id, equipment_id)
    if equipment is None:
        raise EquipmentNotFound
    return equipment


async def _lock_equipment(session: WriteSession, actor: Mover, equipment_id: UUID, version: int | None) -> Equipment:
    equipment = await repository.lock_equipment(session, actor.org_id, equipment_id)
    if equipment is None:
        raise EquipmentNotFound
    check_version(equipment.version, version)
    return equipment


async def change_equipment(
    session: WriteSession, actor: Mover, equipment_id: UUID, patch: EquipmentPatch, version: int | None
) -> Equipment:
    """Locks: the equipment, then its branch.

    Raises: EquipmentNotFound (404), PreconditionFailed (412), Retired (409), PieceIsOne (422), EquipmentNameTaken
    (409), BranchNotFound (404), BranchClosed (409).
    """
    equipment = await _lock_equipment(session, actor, equipment_id, version)
    if equipment.retired_at is not None:
        raise Retired
    if equipment.is_piece and patch.stock not in (None, 1):
        raise PieceIsOne
    if patch.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, patch.branch_id)
    before = fields_of(equipment, patch.model_fields_set)
    equipment.change(actor.now, **patch.model_dump(exclude_unset=True))
    await session.flush()
    change = Change("fleet.equipment_changed", "equipment", equipment.id, before, fields_of(equipment, before))
    record(session, actor, change)
    return equipment


async def retire_equipment(session: WriteSession, actor: Mover, equipment_id: UUID, version: int | None) -> None:
    """Out of use for good; the row stays. Twice is as once.

    Locks: the equipment, then its resource. Raises: EquipmentNotFound (404), PreconditionFailed (412),
    ResourceStillTaken (409).
    """
    equipment = await _lock_equipment(session, actor, equipment_id, version)
    if equipment.retired_at is not None:
        return
    if equipment.is_piece:
        await calendar.retire_resource(session, actor.org_id, equipment_id, actor.now)
    equipment.change(actor.now, retired_at=actor.now)
    record(session, actor, Change("fleet.equipment_retired", "equipment", equipment_id))
