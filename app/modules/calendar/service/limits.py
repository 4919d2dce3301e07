"""How many jobs a company takes on a day. Who sells one reads it with the resources, under their locks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.kernel.actor import Mover
from app.kernel.ids import new_id
from app.kernel.versions import check_version
from app.modules.audit.public import Change, record
from app.modules.calendar import repository
from app.modules.calendar.models import DayLimit
from app.modules.calendar.schemas import DayLimitsIn
from app.modules.orgs import public as orgs
from app.runtime.db.session import ReadSession, WriteSession


@dataclass(frozen=True, slots=True)
class Chosen:
    """The limits of a company's days, by the clock of `zone`; version 0 for one that has not chosen."""

    zone: str
    limits: DayLimitsIn
    version: int = 0


async def show_limits(session: ReadSession, actor: Mover) -> Chosen:
    row = await repository.get_limits(session, actor.org_id)
    if row is None:
        return Chosen(await orgs.company_zone(session, actor.org_id), DayLimitsIn())
    return Chosen(row.zone, DayLimitsIn.model_validate(_stored(row)), row.version)


async def set_limits(session: WriteSession, actor: Mover, body: DayLimitsIn, version: int | None) -> Chosen:
    """Choose for jobs to come: those that stand stay, and count. By the office's clock of today.

    Locks: the company's resources in id order, the limits' row, the branches.
    Raises: PreconditionFailed (412), BranchNotFound (404), BranchClosed (409).
    """
    await repository.lock_resources(session, actor.org_id)
    row = await repository.lock_limits(session, actor.org_id)
    check_version(row.version if row else 0, version)
    for branch_id in sorted(one.branch_id for one in body.branches):
        await orgs.require_open_branch(session, actor.org_id, branch_id)
    zone = await orgs.company_zone(session, actor.org_id)
    before = _stored(row) if row else DayLimitsIn().model_dump(mode="json")
    chosen = body.model_dump(mode="json") | {"zone": zone}
    if row is None:
        ids = {"org_id": actor.org_id, "id": new_id(), "version": 1, "created_at": actor.now, "updated_at": actor.now}
        await repository.insert_limits(session, chosen | ids)
    else:
        row.change(actor.now, **chosen)
        await session.flush()
    record(session, actor, Change("calendar.limits_set", "day_limits", None, before, body.model_dump(mode="json")))
    return Chosen(zone, body, row.version if row else 1)


def _stored(row: DayLimit) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DayLimitsIn.model_fields}
