from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.kernel.places import Place, PlaceIn
from app.kernel.ports import Ports
from app.kernel.ports.geocoding import locate_place
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.calendar import public as calendar
from app.modules.calendar.values import ResourceKind, ResourceSpec
from app.modules.fleet import repository
from app.modules.fleet.errors import Retired, TruckNotFound
from app.modules.fleet.models import Truck
from app.modules.fleet.schemas.trucks import FleetQuery, TruckIn, TruckPatch
from app.modules.fleet.values import LIFT_GATE
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession

TOLD: Final = (
    "name",
    "license_plate",
    "capacity_cuft",
    "max_weight_lb",
    "body_length_ft",
    "has_lift_gate",
    "features",
    "branch_id",
    "base",
)


async def locate_base(ports: Ports, base: PlaceIn) -> Place:
    """The ports step of adding or moving a truck. Raises: PlaceNotLocated (422)."""
    return await locate_place(ports.geocoder, base, pointer="/base")


def _columns(told: TruckIn | TruckPatch) -> dict[str, Any]:
    """What was told, but for the base, as it is stored."""
    columns: dict[str, Any] = told.model_dump(exclude={"base"}, exclude_unset=isinstance(told, TruckPatch))
    if "features" in columns:
        columns["features"] = sorted(columns["features"])
    return columns


def _resource(truck: Truck) -> ResourceSpec:
    gear = (*truck.features, *([LIFT_GATE] if truck.has_lift_gate else []))
    return ResourceSpec(
        truck.id, ResourceKind.TRUCK, truck.capacity_cuft, truck.max_weight_lb, skills=gear, branch_id=truck.branch_id
    )


async def add_truck(session: WriteSession, actor: Mover, body: TruckIn, base: Place) -> Truck:
    """A truck in service, and its resource in the calendar.

    Locks: its branch. Raises: PlateTaken (409), BranchNotFound (404), BranchClosed (409).
    """
    if body.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, body.branch_id)
    truck = await put_into_service(session, actor, body, base)
    record(session, actor, Change("fleet.truck_added", "truck", truck.id, after=fields_of(truck, TOLD)))
    return truck


async def put_into_service(session: WriteSession, actor: Mover, body: TruckIn, base: Place) -> Truck:
    """The truck and its resource, for the caller to tell the trail. Raises: PlateTaken (409)."""
    truck = Truck(
        org_id=actor.org_id,
        id=new_id(),
        **_columns(body),
        base=base.model_dump(mode="json"),
        retired_at=None,
        version=1,
        created_at=actor.now,
        updated_at=actor.now,
    )
    await calendar.register_resource(session, actor.org_id, _resource(truck))
    await repository.insert_truck(session, truck)
    return truck


async def list_trucks(session: ReadSession, actor: Mover, page: PageRequest, wanted: FleetQuery) -> Sequence[Truck]:
    """Up to one row more than the page holds, the oldest first."""
    return await repository.list_trucks(session, actor.org_id, page, wanted)


async def show_truck(session: ReadSession, actor: Mover, truck_id: UUID) -> Truck:
    """Raises: TruckNotFound (404)."""
    truck = await repository.get_truck(session, actor.org_id, truck_id)
    if truck is None:
        raise TruckNotFound
    return truck


async def _lock_truck(session: WriteSession, actor: Mover, truck_id: UUID, version: int | None) -> Truck:
    truck = await repository.lock_truck(session, actor.org_id, truck_id)
    if truck is None:
        raise TruckNotFound
    check_version(truck.version, version)
    return truck


async def change_truck(
    session: WriteSession, actor: Mover, truck_id: UUID, patch: TruckPatch, *, base: Place | None, version: int | None
) -> Truck:
    """Change a truck; bookings that it has keep it. `base` is the patch's place, located.

    Locks: the truck, then its branch, then its resource.
    Raises: TruckNotFound (404), PreconditionFailed (412), Retired (409), PlateTaken (409), BranchNotFound (404),
    BranchClosed (409).
    """
    truck = await _lock_truck(session, actor, truck_id, version)
    if truck.retired_at is not None:
        raise Retired
    if patch.branch_id is not None:
        await orgs.require_open_branch(session, actor.org_id, patch.branch_id)
    before = fields_of(truck, patch.model_fields_set)
    located = {} if base is None else {"base": base.model_dump(mode="json")}
    truck.change(actor.now, **_columns(patch), **located)
    await session.flush()
    await calendar.change_resource(session, actor.org_id, _resource(truck))
    change = Change("fleet.truck_changed", "truck", truck.id, before, fields_of(truck, before))
    record(session, actor, change)
    return truck


async def retire_truck(session: WriteSession, actor: Mover, truck_id: UUID, version: int | None) -> None:
    """Out of service for good; its row stays, because bookings name it. Twice is as once.

    Locks: the truck, then its resource.
    Raises: TruckNotFound (404), PreconditionFailed (412), ResourceStillTaken (409).
    """
    truck = await _lock_truck(session, actor, truck_id, version)
    if truck.retired_at is not None:
        return
    await calendar.retire_resource(session, actor.org_id, truck_id, actor.now)
    truck.change(actor.now, retired_at=actor.now)
    record(session, actor, Change("fleet.truck_retired", "truck", truck_id))
