"""When trucks and people work. The resource carries it, so that who takes a resource has read it under its lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.calendar import repository, rules
from app.modules.calendar.errors import ResourceNotFound
from app.modules.calendar.models import Shifts
from app.modules.calendar.schemas import ShiftsIn
from app.modules.calendar.values import ResourceKind
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Written:
    """Shifts as people wrote them, by the clock of `zone`; version 0 where nobody has."""

    zone: str
    body: ShiftsIn
    version: int = 0


async def show_shifts(session: ReadSession, actor: Mover, resource_id: UUID, *, of_truck: bool) -> Written:
    """Raises: ResourceNotFound (404)."""
    await _check_kind(session, actor, resource_id, of_truck=of_truck)
    row = await repository.get_shifts(session, actor.org_id, resource_id)
    if row is None:
        return Written(await orgs.company_zone(session, actor.org_id), ShiftsIn())
    return Written(row.zone, ShiftsIn.model_validate(_stored(row)), row.version)


async def set_shifts(
    session: WriteSession, actor: Mover, resource_id: UUID, body: ShiftsIn, *, version: int | None, of_truck: bool
) -> Written:
    """Choose when a truck or person works, for jobs to come: those that stand stay. By the office's clock of today.

    Locks: the resource. Raises: ResourceNotFound (404), PreconditionFailed (412).
    """
    await _check_kind(session, actor, resource_id, of_truck=of_truck)
    if not await repository.lock_resources(session, actor.org_id, [resource_id]):
        raise ResourceNotFound
    row = await repository.lock_shifts(session, actor.org_id, resource_id)
    check_version(row.version if row else 0, version)
    zone = await orgs.company_zone(session, actor.org_id)
    chosen = body.model_dump(mode="json") | {"zone": zone}
    before = _stored(row) if row else ShiftsIn().model_dump(mode="json")
    if row is None:
        ids = {"org_id": actor.org_id, "id": new_id(), "resource_id": resource_id}
        await repository.insert_shifts(
            session, chosen | ids | {"version": 1, "created_at": actor.now, "updated_at": actor.now}
        )
    else:
        row.change(actor.now, **chosen)
        await session.flush()
    hours = rules.compile_hours(zone, body.week, body.days)
    await repository.set_hours(session, actor.org_id, resource_id, hours)
    change = Change("calendar.shifts_set", "resource", resource_id, before, body.model_dump(mode="json"))
    record(session, actor, change)
    return Written(zone, body, row.version if row else 1)


async def _check_kind(session: ReadSession, actor: Mover, resource_id: UUID, *, of_truck: bool) -> None:
    kind = await repository.kind_of(session, actor.org_id, resource_id)
    if kind is None or not (kind is ResourceKind.TRUCK if of_truck else kind.is_person):
        raise ResourceNotFound


def _stored(row: Shifts) -> dict[str, Any]:
    return {"weekly": row.weekly, "exceptions": row.exceptions}
